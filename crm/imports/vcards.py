"""Cards of address books (vCard 2.1, 3.0 and 4.0) as rows: one card at a time in memory, pictures left where they are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

import vobject
from django.utils.translation import gettext as _
from vobject.base import Component, VObjectError

from crm.imports.enums import Target
from crm.imports.records import Record

MAX_CARD_SIZE = 1 << 20
MAX_LINE_SIZE = 1 << 16
PHONES = 6  # further ones, and further addresses, go to the note
BEGIN, END = "BEGIN:VCARD", "END:VCARD"
PROPERTY = re.compile(r"(?:[\w-]+\.)?([A-Za-z][\w-]*)[;:]")
BINARY = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
BEFORE_PHONES = (Target.LAST_NAME, Target.FIRST_NAME, Target.EMAIL)
AFTER_PHONES = (
    Target.STREET, Target.POSTCODE, Target.CITY, Target.COUNTRY, Target.BIRTH_DATE, Target.GENDER, Target.OCCUPATION, Target.LANGUAGE,
    Target.TAGS, Target.NOTE,
)  # fmt: skip


@dataclass(slots=True)
class Card:
    """The text of a card, as it stands in the file from `line` on."""

    line: int
    lines: list[str] = field(default_factory=list)
    problem: str = ""
    repaired: str = ""
    size: int = 0

    def add(self, text: str) -> None:
        self.size += len(text)
        if self.size > MAX_CARD_SIZE:
            self.problem = "too_long"
        else:
            self.lines.append(text)


def starts_with_card(first_line: str) -> bool:
    return first_line.lstrip("\ufeff").strip().upper() == BEGIN


def card_columns() -> tuple[str, ...]:
    """In the words of whoever chose the file: a card has no header."""
    phones = [f"{Target.PHONE.label} {number}" for number in range(1, PHONES + 1)]
    before, after = ([str(target.label) for target in targets] for targets in (BEFORE_PHONES, AFTER_PHONES))
    return (*before, *phones, *after, _("Organisation"), "UID")


def card_mapping() -> dict[str, str]:
    targets = [*BEFORE_PHONES, *[Target.PHONE] * PHONES, *AFTER_PHONES, Target.EMPLOYER, Target.EXTERNAL_ID]
    return {str(number): target.value for number, target in enumerate(targets) if target}


def card_records(stream: TextIO) -> Iterator[Record]:
    return map(_record, split_cards(stream))


def split_cards(stream: TextIO) -> Iterator[Card]:
    """Cards that are never closed end where the next one begins."""
    card: Card | None = None
    skipping = False
    for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE_SIZE), ""), start=1):
        text = line.strip("\r\n\ufeff")
        mark = text.strip().upper()
        if mark == BEGIN:
            if card:
                yield _unclosed(card)
            card, skipping = Card(number), False
        elif card is None:
            continue
        elif mark == END:
            yield card
            card = None
        else:
            found = PROPERTY.match(text)
            skipping = found[1].upper() in BINARY if found else skipping
            if not skipping and text.strip():
                _keep(card, text, is_property=bool(found))
    if card:
        yield _unclosed(card)


def _keep(card: Card, text: str, *, is_property: bool) -> None:
    """A line is a property, or goes on with the one before: folded, or quoted-printable as vCard 2.1 has it."""
    goes_on = text[0] in " \t" or (card.lines and card.lines[-1].endswith("="))
    if is_property or goes_on:
        card.add(text)
    else:
        card.repaired = "card_line"


def _unclosed(card: Card) -> Card:
    card.problem = card.problem or "open_card"
    return card


def _record(card: Card) -> Record:
    if not card.problem:
        try:
            return Record(card.line, [_storable(cell) for cell in _cells(_parsed(card))], repaired=card.repaired)
        except (VObjectError, ValueError, LookupError, TypeError, AttributeError):  # of the library, for odd parameters
            card.problem = "bad_card"
    return Record(card.line, ["\n".join(card.lines)[:1000]], problem=card.problem)


def _storable(cell: str) -> str:
    """Quoted-printable may hide what no database keeps: NUL, half a character."""
    return cell.replace("\0", "").encode(errors="replace").decode()


def _parsed(card: Card) -> Component:
    return vobject.readOne("\n".join([BEGIN, *card.lines, END]) + "\n", allowQP=True)


# --- what a card says -------------------------------------------------------------------------------------------------
def _cells(card: Component) -> list[str]:
    first, *others = _by_preference(card, "adr") or [None]
    phones = [_without_scheme(line.value) for line in _by_preference(card, "tel")]
    notes = [*_texts(card, "note"), *phones[PHONES:], *(_one_line(line.value) for line in others if line)]
    return [
        *_names(card),
        ", ".join(_without_scheme(line.value) for line in _by_preference(card, "email")),
        *(phones[:PHONES] + [""] * (PHONES - len(phones))),
        *_place(first.value if first else None),
        _birthday(_first(card, "bday")),
        _first(card, "gender").partition(";")[0] or _first(card, "x-gender"),
        _first(card, "title") or _first(card, "role"),
        _first(card, "lang")[:2],
        ", ".join(name for line in card.contents.get("categories", ()) for name in _listed(line.value)),
        "\n".join(notes),
        next(
            (part.strip() for line in card.contents.get("org", ()) for part in _listed(line.value)), ""
        ),  # without its departments
        _first(card, "uid").removeprefix("urn:uuid:"),
    ]


def _names(card: Component) -> tuple[str, str]:
    """Last name, first name. Cards of version 4 may have but the name as it is shown."""
    for line in card.contents.get("n", ())[:1]:
        last, first = _joined(line.value.family), _joined(line.value.given)
        if last or first:
            return last, first
    first, _space, last = _first(card, "fn").strip().partition(" ")
    return last, first


def _place(address: Any) -> tuple[str, str, str, str]:
    if address is None:
        return "", "", "", ""
    street = ", ".join(filter(None, (_joined(part) for part in (address.street, address.extended, address.box))))
    return street, _joined(address.code), _joined(address.city), _joined(address.country)


def _one_line(address: Any) -> str:
    return ", ".join(filter(None, _place(address)))


def _birthday(value: str) -> str:
    """19900514 and 1990-05-14T00:00 are days; one without its year is left as it is, for the report."""
    day = re.match(r"(\d{4})-?(\d\d)-?(\d\d)", value)
    return "-".join(day.groups()) if day else value


def _by_preference(card: Component, name: str) -> list[Any]:
    """What the owner of the address book prefers first: PREF=1, TYPE=PREF or, in version 2.1, PREF."""
    return sorted(card.contents.get(name, ()), key=lambda line: not _is_preferred(line))


def _is_preferred(line: Any) -> bool:
    types = {kind.lower() for value in line.params.get("TYPE", ()) for kind in value.split(",")}
    bare = {word.lower() for word in line.singletonparams}
    return "pref" in types | bare or line.params.get("PREF", [""])[0] == "1"


def _texts(card: Component, name: str) -> list[str]:
    return [text for line in card.contents.get(name, ()) if (text := _joined(line.value).strip())]


def _first(card: Component, name: str) -> str:
    return next(iter(_texts(card, name)), "")


def _listed(value: Any) -> Sequence[str]:
    return [str(part) for part in value] if isinstance(value, list | tuple) else [str(value)]


def _joined(value: Any) -> str:
    return " ".join(part.strip() for part in _listed(value)).strip()


def _without_scheme(value: Any) -> str:
    return re.sub(r"(?i)^(?:tel|mailto):", "", _joined(value)).partition(";")[0]
