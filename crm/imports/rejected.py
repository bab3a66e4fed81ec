"""The file of rejected rows: same columns and the reason, to be mended and imported again. Opened in Excel, it runs nothing."""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.imports.enums import IssueLevel
from crm.imports.models import Import
from crm.imports.queries import issues_of
from crm.imports.wording import REJECTIONS, sentence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutralized(value: str) -> str:
    """A spreadsheet takes what begins like a formula for one: the apostrophe says text, and the import strips it again."""
    return f"'{value}" if value.lstrip(" ").startswith(FORMULA_STARTS) else value


def rejected_lines(run: Import) -> Iterator[str]:
    """CSV for Excel: a BOM, semicolons in French files; the reason and the line come last."""
    found = run.file_format
    delimiter = found.delimiter or ";"
    yield "\ufeff" + _line(
        [
            *(name if not name.startswith("#") else "" for name in found.columns),
            pgettext("import", "Line"),
            pgettext("import", "Reason"),
            _("How to mend it"),
        ],
        delimiter,
    )
    width = len(found.columns)
    for issue in issues_of(run, IssueLevel.REJECTED).iterator(chunk_size=1_000):
        cells = [*(issue.cells or []), *[""] * width][:width]
        extra = (issue.cells or [])[width:]
        reason = sentence(issue.level, issue.kind, issue.value)
        repair = str(REJECTIONS[issue.kind].repair)
        yield _line([*cells, str(issue.line), reason, repair, *extra], delimiter)


def _line(values: list[str], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerow([neutralized(value) for value in values])
    return buffer.getvalue()
