"""Columns of the list of people, which each member of the team chooses: other apps register theirs in AppConfig.ready()."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.fields.models import CustomField
from crm.fields.values import shown_value
from crm.people.contact_points import display_phone
from crm.people.models import Person

Cells = Callable[[Sequence[Person]], Mapping[int, str]]
MOST = 10
DEFAULT = ("town", "relationship", "reachable", "tags", "support", "joined")


@dataclass(frozen=True, slots=True)
class ListColumn:
    """`cells` tells the text for each person of a page, at once; without it crm.people.cells knows how to draw it."""

    key: str
    label: str | Promise
    cells: Cells | None = None
    order: int = 500


_columns: dict[str, ListColumn] = {}


def register_list_column(column: ListColumn) -> None:
    _columns[column.key] = column


def columns_offered(fields: Sequence[CustomField]) -> list[ListColumn]:
    """All that may be chosen, in the order in which the list shows them."""
    own = [ListColumn(field.column, field.name, _own_cells(field), order=800) for field in fields]
    return sorted([*_columns.values(), *own], key=lambda column: column.order)


def columns_chosen(keys: Sequence[str], fields: Sequence[CustomField]) -> list[ListColumn]:
    """What is no longer there (a field that was archived) is left out."""
    return [column for column in columns_offered(fields) if column.key in keys][:MOST]


def _own_cells(field: CustomField) -> Cells:
    def cells(people: Sequence[Person]) -> Mapping[int, str]:
        held = {person.pk: person.custom.get(str(field.key)) for person in people}
        return {pk: shown_value(field, value) for pk, value in held.items() if value is not None}

    return cells


def _plain(read: Callable[[Person], Any]) -> Cells:
    return lambda people: {person.pk: str(read(person) or "") for person in people}


for _column in (
    ListColumn("town", _("Town"), order=100),
    ListColumn("relationship", _("Relationship"), order=110),
    ListColumn("reachable", _("Reachable"), order=120),
    ListColumn("tags", _("Tags"), order=130),
    ListColumn("support", _("Support"), order=140),
    ListColumn("email", _("E-mail"), _plain(lambda person: person.email), order=200),
    ListColumn("phone", _("Telephone"), _plain(lambda person: person.phone and display_phone(person.phone)), order=210),
    ListColumn("postcode", _("Postcode"), _plain(lambda person: person.postcode), order=220),
    ListColumn("occupation", _("Occupation"), _plain(lambda person: person.occupation), order=230),
    ListColumn("source", _("Source"), _plain(lambda person: person.get_source_kind_display()), order=240),
    ListColumn("joined", _("Joined"), order=900),
):
    register_list_column(_column)
