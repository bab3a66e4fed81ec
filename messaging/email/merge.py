"""Merge fields: {{ prénom }} or {{ prénom|vous }} in what the team writes, one value per recipient in what leaves."""

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from crm.fields.models import CustomField
from crm.fields.queries import field_named, fields_by_key
from crm.fields.values import shown_value
from messaging.deliveries.channels import Recipient

WRITTEN = re.compile(r"(?P<lead>[ \u00a0]|&nbsp;)?\{\{(?P<inside>[^{}]*)\}\}")
OPEN, CLOSE = "\ue000", "\ue001"  # private-use characters: a field inside rendered text
MARK = re.compile(OPEN + "([^" + CLOSE + "]*)" + CLOSE)

ALIASES: Mapping[str, str] = {
    "prenom": "first_name",
    "first name": "first_name",
    "nom": "last_name",
    "last name": "last_name",
    "ville": "city",
    "commune": "city",
    "city": "city",
    "code postal": "postcode",
    "postcode": "postcode",
}
# Filled by the product, never by who writes: the addresses that only this recipient has, and whence we know them.
RESERVED = ("unsubscribe_url", "view_url", "agree_url", "origin")


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    fallback: str = ""
    lead: str = ""  # the space before: it goes away with an empty value, «Bonjour,» and not «Bonjour ,»

    def value(self, values: Mapping[str, str]) -> str:
        found = values.get(self.name) or self.fallback
        return self.lead + found if found else ""


def marker(name: str) -> str:
    return f"{OPEN}{name}\x1f\x1f{CLOSE}"


def mark(text: str) -> str:
    """The text with its written fields replaced by markers that no markup or encoding can break."""
    return WRITTEN.sub(_marked, text.replace(OPEN, "").replace(CLOSE, ""))


def unknown_fields(text: str) -> list[str]:
    """What looks like a field and is not one, as it was written."""
    wrong = [found[0].strip() for found in WRITTEN.finditer(text) if field_name(_parts(found["inside"])[0]) is None]
    rest = WRITTEN.sub("", text)
    return wrong + [brace for brace in ("{{", "}}") if brace in rest]


def field_name(written: str) -> str | None:
    plain = unicodedata.normalize("NFKD", html.unescape(written)).encode("ascii", "ignore").decode()
    known = ALIASES.get(" ".join(plain.lower().replace("_", " ").split()))
    if known or not written.strip():
        return known
    own = field_named(html.unescape(written))
    return own.column if own and not own.is_sensitive else None


def split_fields(text: str) -> list[str | Field]:
    """Literal text and fields in turn, starting and ending with text."""
    parts: list[str | Field] = []
    for place, part in enumerate(MARK.split(text)):
        parts.append(Field(*map(unquote, part.split("\x1f"))) if place % 2 else part)
    return parts


def fill(text: str, values: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
    return "".join(part if isinstance(part, str) else escape(part.value(values)) for part in split_fields(text))


def used_fields(text: str) -> set[Field]:
    return {part for part in split_fields(text) if isinstance(part, Field) and part.name not in RESERVED}


def own_fields_in(*texts: str) -> dict[str, CustomField]:
    """The campaign's own fields that a marked text speaks of, by key: looked up once for a whole mailing."""
    names = {one.name for text in texts for one in used_fields(text)}
    if not any(name.startswith("custom.") for name in names):
        return {}
    return {key: own for key, own in fields_by_key().items() if own.column in names}


def values_of(recipient: Recipient, own_fields: Mapping[str, CustomField]) -> dict[str, str]:
    held = {own: recipient.custom.get(key) for key, own in own_fields.items()}
    return {
        **{own.column: shown_value(own, value) for own, value in held.items() if value is not None},
        "first_name": recipient.first_name,
        "last_name": recipient.last_name,
        "city": recipient.city,
        "postcode": recipient.postcode,
    }


def _marked(found: re.Match[str]) -> str:
    written, fallback = _parts(found["inside"])
    name = field_name(written)
    if name is None:
        return found[0]
    lead = html.unescape(found["lead"] or "")
    # Quoted: what surrounds a marker may be parsed and escaped as markup, and its inside must not be.
    return f"{OPEN}{name}\x1f{quote(fallback, safe='')}\x1f{quote(lead, safe='')}{CLOSE}"


def _parts(inside: str) -> tuple[str, str]:
    written, _bar, fallback = html.unescape(inside).replace("\u00a0", " ").partition("|")
    return written.strip(), " ".join(fallback.replace("\x1f", "").split())
