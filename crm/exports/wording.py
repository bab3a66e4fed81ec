"""What an export took, in the language of whoever reads of it: on its page, in the list and in the access log."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.access.naming import Taken
from crm.exports.own_columns import chosen_columns, headings_of
from crm.people.selecting import filter_labels


def told_of(details: Sequence[Mapping[str, Any]]) -> list[Taken]:
    """Of lines of the access log: names of fields and of filters are looked up once for all of them."""
    selections = selections_told(one.get("selection", "") for one in details)
    columns = chosen_columns(sorted({key for one in details for key in one.get("columns", ())}))
    headings = dict(zip((column.key for column in columns), headings_of(columns), strict=True))
    return [
        Taken(selection, [headings.get(key, key) for key in one.get("columns", ())])
        for selection, one in zip(selections, details, strict=True)
    ]


def selections_told(kept: Iterable[Any]) -> list[str]:
    found = list(kept)
    labels = filter_labels() if any(isinstance(one, dict) and one.get("filters") for one in found) else {}
    return [_told(one, labels) for one in found]


def _told(kept: Any, labels: Mapping[str, str]) -> str:
    match kept:
        case str():  # formerly, the words themselves
            return kept
        case {"segment": name}:
            return _("segment “%(name)s”") % {"name": name}
        case {"ticked": count}:
            return ngettext("%(count)s person ticked", "%(count)s people ticked", count) % {"count": count}
        case {"filters": [_first, *_others] as names}:
            called = ", ".join(labels.get(name, name).lower() for name in names)
            return _("filtered by %(filters)s") % {"filters": called}
        case {"campaign": True}:
            return _("the whole campaign")
    return _("everybody")
