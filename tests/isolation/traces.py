"""The search for supporters who cannot be mistaken for anybody else, in whatever form they were written somewhere."""

import html
import io
import re
import zipfile
import zlib
from binascii import a2b_base64, unhexlify
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from quopri import decodestring
from urllib.parse import unquote_to_bytes

# One person for each way in, so that a trace says by which it came.
SIGNED_UP = {
    "first_name": "Zéphyrelle",
    "last_name": "Canarivolle",
    "email": "zephyrelle@canarivolle.example.org",
    "phone": "0536490147",  # a range kept for fiction
}
IMPORTED = {"first_name": "Ysoïline", "last_name": "Serinfuyant", "email": "ysoiline@serinfuyant.example.org"}
REFUSED = {"first_name": "Ottâvienne", "last_name": "Perruchelle", "email": "ottavienne@perruchelle.example.org"}
WORDS = ("canarivolle", "serinfuyant", "perruchelle", "536490147", "zéphyrelle", "ysoïline", "ottâvienne")
# bytes.lower() knows ASCII only: the accents come in both cases.
FORMS = {
    form: word
    for word in WORDS
    for cased in (word, word.translate(str.maketrans("éïâ", "ÉÏÂ")))
    for form in (cased.encode(), cased.encode("latin-1"))
}
DEPTH = 3  # a zip's member in base64 in a zip's member

LINE_END = rb"(?:\r?\n|\\r\\n|\\n)"  # as in a mail, and as in a mail in JSON
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}(?:" + LINE_END + rb"[A-Za-z0-9+/_-]+)*")
BREAK = re.compile(rb"\\r|\\n|\s")
HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){8,}")
ESCAPED = re.compile(rb"\\+(?:u00|x)([0-9A-Fa-f]{2})")
OCTAL = re.compile(rb"\\+([0-3][0-7]{2})")
STANDARD = bytes.maketrans(b"-_", b"+/")
PRINTABLE = bytes(range(32, 127)) + b"\t\r\n"
ZIP, GZIP, ZLIB = b"PK\x03\x04", re.compile(rb"\x1f\x8b\x08"), re.compile(rb"\x78[\x01\x5e\x9c\xda]")
BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, NotImplementedError, RuntimeError)
LARGEST = 64 << 20  # of what is inflated: the rest of a bomb is nobody's name


def traces(content: bytes, *, forms: Mapping[bytes, str] = FORMS, depth: int = DEPTH) -> set[str]:
    """The words of these people that are in the content, as it stands, written otherwise, or packed into it."""
    found: set[str] = set()
    for variant in _variants(content):
        decoded = list(_decoded(variant))
        for reading in (variant, *map(b"\n".join, decoded)):
            lowered = reading.lower()
            found |= {word for form, word in forms.items() if form.lower() in lowered}
        for packed in (*_packed(variant), *map(_more_than_noise, decoded)) if depth else ():
            found |= traces(packed, forms=forms, depth=depth - 1) if packed else set()
    return found


def traces_in_files(files: Iterable[tuple[str, bytes]]) -> dict[str, set[str]]:
    """What is found in each file, its name looked at as well; nothing of those where nothing is."""
    found = {name: traces(name.encode() + b"\n" + content) for name, content in files}
    return {name: words for name, words in found.items() if words}


def files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(folder)), file.read_bytes()


def _variants(content: bytes) -> Iterator[bytes]:
    """The same text in other ways of writing; each way only where it changes something."""
    yield content
    if b"\0" in content:  # UTF-16, UTF-32: what is left is Latin-1
        yield content.replace(b"\0", b"")
    plain = _unescaped(content)
    if plain != content:
        yield plain
    if b"%" in plain:
        once = unquote_to_bytes(plain.replace(b"+", b" "))
        yield from {once, unquote_to_bytes(once)}
    if b"=" in plain:
        yield decodestring(re.sub(rb"\\r\\n|\\n", b"\n", plain))
    if b"&" in plain:
        yield html.unescape(plain.decode("latin-1")).encode("latin-1", "ignore")


def _unescaped(content: bytes) -> bytes:
    """JSON's u00e9, Python's and Redis's xc3, PostgreSQL's 303, each behind any number of backslashes."""
    if b"\\" not in content:
        return content
    content = ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)
    return OCTAL.sub(lambda found: bytes([int(found[1], 8)]), content)


def _decoded(content: bytes) -> Iterator[list[bytes]]:
    """Whatever may be base64 or hexadecimal in it, wherever it begins: other letters may stand before it."""
    runs = [found[0] for found in BASE64.finditer(content)]
    runs = [(BREAK.sub(b"", run) if BREAK.search(run) else run).translate(STANDARD) for run in runs]
    for start in range(4):
        yield [_from_base64(run[start:]) for run in runs]
    yield [unhexlify(found[0]) for found in HEX.finditer(content)]


def _from_base64(run: bytes) -> bytes:
    if len(run) % 4 == 1:  # no byte begins with it
        run = run[:-1]
    return a2b_base64(run + b"=" * (-len(run) % 4))


def _more_than_noise(parts: list[bytes]) -> bytes:
    """What is worth being looked into again."""
    return b"\n".join(part for part in parts if _is_more_than_noise(part))


def _is_more_than_noise(part: bytes) -> bool:
    if len(part.translate(None, PRINTABLE)) < 0.3 * len(part):
        return True
    return bool(ZIP in part or GZIP.search(part) or ZLIB.match(part) or part.count(b"\0") * 3 > len(part))


def _packed(content: bytes) -> Iterator[bytes]:
    yield from _members(content)
    for mark, window in ((GZIP, zlib.MAX_WBITS | 16), (ZLIB, zlib.MAX_WBITS)):
        for place in mark.finditer(content):
            with suppress(zlib.error):
                yield zlib.decompressobj(window).decompress(memoryview(content)[place.start() :], LARGEST)


def _members(content: bytes) -> Iterator[bytes]:
    start = content.find(ZIP)
    if start >= 0:
        # A variant of an archive is none: what it was made from is opened as well.
        with suppress(*BROKEN), zipfile.ZipFile(io.BytesIO(content[start:])) as archive:
            for name in archive.namelist():
                yield name.encode() + b"\n" + archive.read(name)
