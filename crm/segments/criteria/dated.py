"""Things chosen by their names where names repeat: each is told apart by its day and, on one day, by a number."""

from collections.abc import Iterable
from datetime import date, datetime
from difflib import get_close_matches

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.segments.criteria.values import fold, names_starting

RECENT = 200  # the newest, among which a misspelt name is looked for


class Entries:
    """All things of one kind. A number once given stays: it follows the order in which they were made."""

    def __init__(self, rows: Iterable[tuple[int, str, datetime]]) -> None:
        self._names: dict[int, str] = {}
        self._folded: dict[int, str] = {}
        self._places: dict[int, tuple[date, int]] = {}
        self._by_name: dict[str, list[int]] = {}
        made: dict[tuple[str, date], int] = {}
        for pk, name, at in sorted(rows):
            plain, day = _plain(name), timezone.localtime(at).date()
            key = fold(plain), day
            made[key] = made.get(key, 0) + 1
            self._names[pk], self._folded[pk], self._places[pk] = plain, key[0], (day, made[key])
            self._by_name.setdefault(key[0], []).append(pk)

    def label(self, pk: int) -> str:
        """Like no other one; «#7» when it is gone."""
        if pk not in self._names:
            return f"#{pk}"
        day, number = self._places[pk]
        words = {"name": self._names[pk], "day": date_format(day, "j F Y"), "number": number}
        return (_("%(name)s (%(day)s)") if number == 1 else _("%(name)s (%(day)s no. %(number)s)")) % words

    def short(self, pk: int) -> str:
        """The name alone where there is but one."""
        is_alone = pk in self._names and len(self._by_name[self._folded[pk]]) == 1
        return self._names[pk] if is_alone else self.label(pk)

    def named(self, text: str) -> list[int]:
        """The one that the label means, in whatever language it was written; or all that have this name, the newest first."""
        wanted = fold(text)
        near = [pk for pk in self._newest() if wanted.startswith(self._folded[pk])]
        for language in [translation.get_language(), *(code for code, _name in settings.LANGUAGES)]:
            with translation.override(language):
                if found := [pk for pk in near if fold(self.label(pk)) == wanted]:
                    return found
        return self._by_name.get(wanted, [])[::-1]

    def starting(self, text: str) -> list[str]:
        wanted = fold(text)
        found = [
            pk for pk in self._newest() if wanted.startswith(self._folded[pk]) or f" {wanted}" in f" {self._folded[pk]}"
        ]
        return names_starting(text, [self.label(pk) for pk in found])

    def close(self, text: str) -> list[str]:
        known: dict[str, str] = {}
        for pk in self._newest()[:RECENT]:
            known.setdefault(self._folded[pk], self.label(pk))
            known.setdefault(fold(self.label(pk)), self.label(pk))
        near = get_close_matches(fold(text), list(known), n=3, cutoff=0.6)
        return list(dict.fromkeys(known[one] for one in near))[:2]

    def _newest(self) -> list[int]:
        return list(self._names)[::-1]


def _plain(name: str) -> str:
    """As it stands among others: commas and lines separate them."""
    return " ".join(name.replace(",", " ").replace(";", " ").split())
