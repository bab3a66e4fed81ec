"""Which bytes are which letters: found out by reading the whole file once, never by trusting its name."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

BLOCK = 1 << 20
SMALL_BLOCK = 1 << 18  # memory of this size is used again and again: twice as quick
BYTE_ORDER_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
# Legacy encodings of Western Europe, told apart by the letters that French really uses.
LEGACY = ("cp1252", "mac_roman", "cp850")
COMMON_LETTERS = frozenset("éèàçêëôîïùûâÉÈÀÇœ’°ñáíóúöäüß")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", *LEGACY)


def _western(error: UnicodeError) -> tuple[str, int]:
    """Read a byte that is wrong in the file's encoding as Windows would, then as Latin-1: no byte is ever lost."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    letters = [_legacy_letter(byte) for byte in error.object[error.start : error.end]]
    return "".join(letters), error.end


def _legacy_letter(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


codecs.register_error("isoloir_western", _western)


def detect_encoding(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(BLOCK)
    for mark, name in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return name
    return _utf16_without_mark(head) or _eight_bit_encoding(path, head)


def _utf16_without_mark(head: bytes) -> str | None:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    if odd > half * 0.4 > even * 2:
        return "utf-16-le"
    if even > half * 0.4 > odd * 2:
        return "utf-16-be"
    return None


def _eight_bit_encoding(path: Path, head: bytes) -> str:
    if _is_utf8(path):
        return "utf-8"
    valid = invalid = 0
    for text in _blocks_as_utf8(path):
        if not text.isascii():
            invalid += len(re.findall("[\udc80-\udcff]", text))
            valid += len(re.findall("[^\x00-\x7f\udc80-\udcff]", text))
    if invalid <= valid:
        return "utf-8"
    return max(LEGACY, key=lambda name: _plausibility(head, name))


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        try:
            while block := stream.read(SMALL_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _blocks_as_utf8(path: Path) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _plausibility(head: bytes, encoding: str) -> int:
    letters = bytes(byte for byte in head if byte >= 0x80).decode(encoding, "isoloir_western")
    return sum(letter in COMMON_LETTERS for letter in letters)


def open_text(path: Path, encoding: str) -> TextIO:
    """Lines keep their own ends (LF, CRLF or CR), as the csv module wants them."""
    return path.open("r", encoding=encoding, errors="isoloir_western", newline="")


def open_signs(path: Path, encoding: str) -> tuple[TextIO, str]:
    """The same lines, quotes and delimiters, with a sign for each byte where these are ASCII: quick, for whoever reads no letters.

    With the encoding by which `letters_of` makes them of signs; none where they are letters already.
    """
    if encoding.startswith(("utf-16", "utf-32")):
        return open_text(path, encoding), ""
    stream = path.open("r", encoding="latin-1", newline="")
    if encoding != "utf-8-sig":
        return stream, encoding
    stream.read(len(codecs.BOM_UTF8))
    return stream, "utf-8"


def letters_of(signs: str, encoding: str) -> str:
    """Of whole lines."""
    return signs.encode("latin-1").decode(encoding, "isoloir_western")


def looks_binary(path: Path, encoding: str) -> bool:
    """Control characters that no table holds; a stray NUL in a name is not enough."""
    with path.open("rb") as stream:
        head = stream.read(65536)
    if head.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"SQLite format")
    ):
        return True
    if encoding.startswith(("utf-16", "utf-32")):
        return False
    controls = sum(head.count(byte) for byte in range(32) if byte not in (9, 10, 11, 12, 13, 28, 29, 30, 31))
    return controls > max(len(head) * 0.02, 16)
