"""A message encoded once, then filled by joining bytes: 35 000 a second instead of 450 (shared measurements).

Every value is quoted-printable or an encoded word before it meets the template: it cannot start a header, end a part
or break a line, whatever it holds.
"""

import re
import secrets
from binascii import b2a_qp
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr
from html import escape

from messaging.email.merge import Field, split_fields

SOFT_BREAK = b"=\r\n"
PERSONAL = ("unsubscribe_url", "view_url", "agree_url", "measured_")  # beginnings of names: no two people have the same
SEEN = 20_000
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class UnusableAddress(Exception):
    """Not an address that a mail server takes."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a mailing sends, with merge markers in it, and whose name is on it."""

    from_name: str
    from_address: str
    reply_to: str
    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    field: Field
    kind: str  # header, text or html

    def encode(self, value: str) -> bytes:
        if self.kind == "header":
            return encoded_words(value)
        return quoted(escape(value) if self.kind == "html" else value) + SOFT_BREAK


class Pieces:
    """Bytes with holes: slot `order[i]` goes after `literals[i]`."""

    def __init__(self, literals: Sequence[bytes], order: Sequence[int]) -> None:
        self.literals, self.order = tuple(literals), tuple(order)
        last = self.literals[-1]
        self._parts = [part for literal in self.literals[:-1] for part in (literal, b"")] + [last]
        self._holes = [(2 * place + 1, slot) for place, slot in enumerate(self.order)]

    def fill(self, encoded: Sequence[bytes]) -> bytes:
        parts = self._parts[:]
        for place, slot in self._holes:
            parts[place] = encoded[slot]
        return b"".join(parts)


class MimeTemplate:
    def __init__(self, written: Written, *, static_headers: Sequence[tuple[str, str]] = ()) -> None:
        self.slots: list[Slot] = []
        self._known: dict[Slot, int] = {}
        self._seen: dict[tuple[int, str], bytes] = {}
        self._is_personal: list[bool] = []
        self.boundary = f"=_{secrets.token_hex(12)}".encode()
        self.static_headers = self._static_headers(written, static_headers)
        self._subject = self._pieces(written.subject, "header")
        self._body = self._compose_body(written)

    def fill(self, values: Mapping[str, str]) -> tuple[list[tuple[bytes, bytes]], bytes]:
        """The headers that are the same for all with the subject, and the body."""
        encoded = [self._encoded(number, slot, values) for number, slot in enumerate(self.slots)]
        subject = b"\r\n ".join(word for word in self._subject.fill(encoded).split(b"\n") if word)
        return [*self.static_headers, (b"Subject", subject)], self._body.fill(encoded)

    def _encoded(self, number: int, slot: Slot, values: Mapping[str, str]) -> bytes:
        """Towns, first names and the sentence of origin come back all the time; addresses never do."""
        value = slot.field.value(values)
        if self._is_personal[number]:
            return slot.encode(value)
        known = self._seen.get((number, value))
        if known is None:
            if len(self._seen) > SEEN:
                self._seen.clear()
            known = self._seen[number, value] = slot.encode(value)
        return known

    def _compose_body(self, written: Written) -> Pieces:
        part = b"--%b\r\nContent-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        opening = b"This is a message in several parts.\r\n\r\n" + part % (self.boundary, b"plain")
        text, html = self._pieces(written.text, "text"), self._pieces(written.html, "html")
        literals = [opening + text.literals[0], *text.literals[1:]]
        literals[-1] += b"\r\n" + part % (self.boundary, b"html") + html.literals[0]
        literals += html.literals[1:]
        literals[-1] += b"\r\n--%b--\r\n" % self.boundary
        return Pieces(literals, text.order + html.order)

    def _pieces(self, text: str, kind: str) -> Pieces:
        literals, order = [], []
        parts = split_fields(text)
        for place, part in enumerate(parts):
            if isinstance(part, Field):
                order.append(self._slot(Slot(part, kind)))
            elif kind == "header":
                literals.append(encoded_words(part))
            else:
                literals.append(quoted(part) + (b"" if place == len(parts) - 1 else SOFT_BREAK))
        return Pieces(literals, order)

    def _slot(self, slot: Slot) -> int:
        if slot not in self._known:
            self._known[slot] = len(self.slots)
            self.slots.append(slot)
            self._is_personal.append(slot.field.name.startswith(PERSONAL))
        return self._known[slot]

    def _static_headers(self, written: Written, more: Sequence[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
        content_type = b'multipart/alternative; boundary="%b"' % self.boundary
        headers = [
            (b"From", address_header(written.from_name, written.from_address)),
            *([(b"Reply-To", address_header("", written.reply_to))] if written.reply_to else []),
            (b"MIME-Version", b"1.0"),
            (b"Content-Type", content_type),
        ]
        return headers + [(name.encode("ascii"), one_line(value).encode("ascii")) for name, value in more]


def quoted(text: str) -> bytes:
    """Quoted-printable with CRLF; ends wherever the text ends, so it may be followed by a soft line break."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    encoded = b2a_qp(text.encode(), quotetabs=False, istext=True)
    return encoded.replace(b"\n", b"\r\n") if b"\n" in encoded else encoded


def encoded_words(text: str) -> bytes:
    """RFC 2047 encoded words, one per line; between two of them a reader drops the fold, so they can be chained."""
    text = one_line(text, keep_ends=True)
    if not text:
        return b""
    words, chunk = [], b""
    for character in text:
        code = "".join(f"={byte:02X}" for byte in character.encode()).encode()
        plain = (
            character.encode() if character.isascii() and character.isalnum() else b"_" if character == " " else code
        )
        if len(chunk) + len(plain) > 60:
            words.append(chunk)
            chunk = b""
        chunk += plain
    return b"".join(b"=?utf-8?q?%b?=\n" % word for word in [*words, chunk])


def address_header(name: str, address: str) -> bytes:
    plain, bare = one_line(name), ascii_address(address)
    if bare is None:
        raise UnusableAddress
    if plain.isascii():
        return formataddr((plain, bare.decode())).encode("ascii")
    return b"\r\n ".join([*encoded_words(plain).split(), b"<%b>" % bare])


def ascii_address(address: str) -> bytes | None:
    """The address as servers without SMTPUTF8 take it; None when it can only be refused."""
    local, _at, domain = address.strip().rpartition("@")
    if domain and not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            return None
    whole = f"{local}@{domain}"
    return whole.encode() if PLAIN_ADDRESS.fullmatch(whole) else None


def one_line(text: str, *, keep_ends: bool = False) -> str:
    clean = "".join(" " if character in "\r\n\t\x0b\x0c\u2028\u2029\x85" else character for character in text)
    clean = "".join(character for character in clean if character.isprintable() or character in "\u00a0\u202f")
    return clean if keep_ends else clean.strip()


def header_block(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%b: %b\r\n" % header for header in headers)
