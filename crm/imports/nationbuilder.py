"""Columns of NationBuilder's export that are facts about a person and have no place of their own here: the campaign's own fields.

Left out on purpose: parties, ethnicity and scores (opinions, and guesses about people), what only holds in one election cycle,
amounts that repeat others in cents, and what the former tool counted for itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from crm.fields.enums import FieldKind
from crm.fields.names import fold


@dataclass(frozen=True, slots=True)
class Fact:
    name: str | Promise  # of the field
    kind: FieldKind | None = None  # None: text or choices, as the values look

    def names(self) -> list[str]:
        """Folded, in each language: the field was made by somebody who may read another one."""
        found = []
        for language, _name in settings.LANGUAGES:
            with override(language):
                found.append(fold(str(self.name)))
        return found


MEMBERSHIP = Fact(_("Memberships"))
STARTED = Fact(_("Membership since"), FieldKind.DATE)
EXPIRES = Fact(_("Membership until"), FieldKind.DATE)
# By the folded names of their columns, in the export and in the files that NationBuilder takes in.
FACTS = {
    "donations count": Fact(_("Number of donations"), FieldKind.NUMBER),
    "donations amount": Fact(_("Sum of donations"), FieldKind.NUMBER),
    "first donated at": Fact(_("First donation"), FieldKind.DATE),
    "last donated at": Fact(_("Last donation"), FieldKind.DATE),
    "membership names": MEMBERSHIP,
    "membership level name": MEMBERSHIP,
    "memberships started at": STARTED,
    "membership started at": STARTED,
    "memberships expires on": EXPIRES,
    "membership expires at": EXPIRES,
    "memberships suspended at": Fact(_("Membership suspended since"), FieldKind.DATE),
    "is volunteer": Fact(pgettext_lazy("import", "Volunteer"), FieldKind.YES_NO),
    "is donor": Fact(pgettext_lazy("import", "Donor"), FieldKind.YES_NO),
    "is fundraiser": Fact(pgettext_lazy("import", "Raises funds"), FieldKind.YES_NO),
    "availability": Fact(pgettext_lazy("import", "Availability")),
}


def is_export(columns: Sequence[str]) -> bool:
    return bool(columns) and fold(columns[0]) == "nationbuilder id"


def fact_of(number: int, columns: Sequence[str]) -> Fact | None:
    return FACTS.get(fold(columns[number])) if is_export(columns) else None
