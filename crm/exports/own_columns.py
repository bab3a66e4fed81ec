"""A column of an export for each of the campaign's own fields. Its heading is the field's name, which our import finds again,
unless a column of ours has it.
"""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from crm.exports.columns import COLUMNS, GROUPS, Column, Group, yes_or_no
from crm.fields.enums import FieldKind
from crm.fields.models import CustomField
from crm.fields.names import fold
from crm.fields.queries import active_fields, fields_by_key

_TEXT = "(p.custom ->> '{key}')"
_NAMES = (
    "(SELECT string_agg(c.name, ', ' ORDER BY c.position, c.id) FROM fields_fieldchoice c"
    " WHERE p.custom -> '{key}' @> to_jsonb(c.id) AND c.field_id = {field})"
)
_SQL = {
    FieldKind.NUMBER: "(p.custom ->> '{key}')::numeric",
    FieldKind.DATE: "(p.custom ->> '{key}')::date",
    FieldKind.CHOICE: _NAMES,
    FieldKind.CHOICES: _NAMES,
    FieldKind.YES_NO: "(p.custom ->> '{key}')::boolean",
}


def all_groups() -> tuple[Group, ...]:
    own = tuple(map(_column, active_fields()))
    return (*GROUPS, Group("custom", _("Your own fields"), own)) if own else GROUPS


def chosen_columns(keys: Sequence[str]) -> list[Column]:
    """In the order of the groups, whatever order they were ticked in; a field that was archived since is there still."""
    own = {field.column: _column(field) for field in fields_by_key().values()} if any(map(_is_own, keys)) else {}
    return [column for key, column in {**COLUMNS, **own}.items() if key in keys]


def headings_of(columns: Sequence[Column]) -> list[str]:
    """In the reader's language, no two alike, whichever columns are taken beside: «E-mail (field of the campaign)» is no
    e-mail of ours, here and for our import."""
    taken, headings = {fold(str(column.heading)) for column in COLUMNS.values()}, []
    for column in columns:
        heading = str(column.heading)
        while _is_own(column.key) and fold(heading) in taken:
            heading = str(_("%(name)s (field of the campaign)") % {"name": heading})
        taken.add(fold(heading))
        headings.append(heading)
    return headings


def _is_own(key: str) -> bool:
    return key.startswith("custom.")


def _column(field: CustomField) -> Column:
    statement = _SQL.get(FieldKind(field.kind), _TEXT).format(key=field.key, field=field.pk)
    words = yes_or_no if field.kind == FieldKind.YES_NO else None
    return Column(field.column, field.name, field.name, statement, words)
