"""Lines of the access log as a file for spreadsheets."""

import csv
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access.models import AccessEntry
from crm.access.queries import Line, lines_of

AT_ONCE = 1_000


def as_file(entries: Any, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_rows(entries), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


class _Echo:
    """What csv writes comes back, line by line."""

    def write(self, text: str) -> str:
        return text


def _rows(entries: Any) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";")
    titles = [_("When"), _("Act"), _("Who"), _("Person"), _("People"), _("What"), _("Columns"), _("What for")]
    yield "\ufeff" + writer.writerow(titles)
    found = iter(entries.iterator(chunk_size=AT_ONCE))
    while block := list(islice(found, AT_ONCE)):
        for line in lines_of(block):
            yield writer.writerow([_harmless(cell) for cell in _cells(line)])


def _cells(line: Line) -> list[str]:
    entry: AccessEntry = line.entry
    return [
        timezone.localtime(entry.at).isoformat(timespec="seconds"),
        str(entry.get_kind_display()),
        line.by,
        line.person.name if line.person else "",
        "" if entry.count is None else str(entry.count),
        line.taken.selection or entry.about,
        ", ".join(line.taken.columns),
        str(entry.details.get("reason", "")),
    ]


def _harmless(text: str) -> str:
    """A spreadsheet takes what begins like a formula for one."""
    return f"'{text}" if text.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) else text
