"""What several criteria check in the same way."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from difflib import get_close_matches
from typing import TypeVar

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.segments.registry import CriterionInvalid, Text

MAX_ENTRIES = 500
T = TypeVar("T")


def fold(text: str) -> str:
    """Accent- and case-blind, hyphens and apostrophes as spaces: how people look names up."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    return re.sub(r"[\s\-'’‑]+", " ", letters).strip()


def check_strings(value: object, *, what: Text, longest: int = 100) -> list[str]:
    entries = _check_list(value, what=what)
    if not all(isinstance(entry, str) and 0 < len(entry) <= longest for entry in entries):
        raise CriterionInvalid(_("A list of texts is expected."))
    return sorted({str(entry) for entry in entries})


def check_integers(value: object, *, what: Text) -> list[int]:
    entries = _check_list(value, what=what)
    if not all(type(entry) is int and 0 < entry < 2**31 for entry in entries):
        raise CriterionInvalid(_("A list of whole numbers is expected."))
    return sorted({entry for entry in entries if isinstance(entry, int)})


def _check_list(value: object, *, what: Text) -> list[object]:
    if not isinstance(value, list):
        raise CriterionInvalid(_("A list is expected."))
    if not value:
        raise CriterionInvalid(format_lazy("{}", what))
    if len(value) > MAX_ENTRIES:
        raise CriterionInvalid(
            ngettext("No more than %(count)s entry.", "No more than %(count)s entries.", MAX_ENTRIES)
            % {"count": MAX_ENTRIES}
        )
    return value


def check_allowed(value: object, allowed: Iterable[str], *, what: Text) -> list[str]:
    entries = check_strings(value, what=what)
    known = set(allowed)
    for entry in entries:
        if entry not in known:
            raise CriterionInvalid(_("“%(entry)s” is not one of the choices.") % {"entry": entry})
    return entries


def check_true(value: object) -> bool:
    if value is not True:
        raise CriterionInvalid(_("The only value here is true."))
    return True


def check_date(value: object) -> str:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        raise CriterionInvalid(_("A date is expected, for instance 2026-03-15."))
    return day.isoformat()


def check_number(value: object, *, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise CriterionInvalid(_("A whole number from %(low)s to %(high)s is expected.") % {"low": low, "high": high})
    return value


def read_number(text: str, *, low: int, high: int) -> int:
    if not re.fullmatch(r"\d{1,6}", text.strip()):
        raise CriterionInvalid(_("A whole number from %(low)s to %(high)s is expected.") % {"low": low, "high": high})
    return check_number(int(text), low=low, high=high)


def entries_in(text: str) -> list[str]:
    """Names typed with commas, semicolons or on lines of their own."""
    return [entry.strip() for entry in re.split(r"[,;\n]", text) if entry.strip()]


def read_entries(text: str, read: Callable[[str], T]) -> list[T]:
    """Each by `read`, which raises CriterionInvalid; where one is not known, the whole of it may be one name with a comma in it."""
    entries = entries_in(text)
    try:
        return [read(entry) for entry in entries]
    except CriterionInvalid:
        if len(entries) > 1:
            with suppress(CriterionInvalid):
                return [read(text.strip())]
        raise


def lines_in(text: str) -> list[str]:
    """What may have commas in it: each on a line of its own."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def word_of(pk: int, name: str) -> str:
    """A name as it stands among others; with its number where a comma in it would be taken for the end of it."""
    plain = _plain(name)
    return plain if plain == name else f"{plain} (#{pk})"


def by_words(names: Iterable[tuple[int, str]]) -> dict[str, int]:
    """What may be typed for each. Letter by letter comes before what is nearly so: «porte-à-porte» and «porte à porte» may be two."""
    nearly: dict[str, int] = {}
    words: dict[str, int] = {}
    for pk, name in names:
        word = word_of(pk, name)
        nearly[fold(name)] = words[word] = pk
        if word != name:
            nearly[fold(word)] = pk
            nearly.setdefault(fold(_plain(name)), pk)
    return nearly | words


def find_by_word(entry: str, known: Mapping[str, int]) -> int | None:
    return known.get(entry) or known.get(fold(entry))


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[,;]", " ", name).split())


def close_names(entry: str, names: Sequence[str]) -> list[str]:
    by_fold = {fold(name): name for name in names}
    return [by_fold[near] for near in get_close_matches(fold(entry), list(by_fold), n=2, cutoff=0.6)]


def names_starting(text: str, names: Sequence[str], *, limit: int = 8) -> list[str]:
    """Names that begin with the text first, then those with a word that does."""
    wanted = fold(text)
    folded = [(fold(name), name) for name in names]
    first = [name for low, name in folded if low.startswith(wanted)]
    inside = [name for low, name in folded if f" {wanted}" in low and not low.startswith(wanted)]
    return [*first, *inside][:limit]


def joined_by(word: Text, entries: Iterable[str]) -> str:
    """«a, b or c», with the word given."""
    items = list(entries)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def shortened(entries: Sequence[str], *, limit: int = 6) -> list[str]:
    """A sentence stays readable with three hundred postcodes in it."""
    if len(entries) <= limit:
        return list(entries)
    rest = len(entries) - limit + 1
    more = ngettext("%(count)s other", "%(count)s others", rest) % {"count": rest}
    return [*entries[: limit - 1], more]
