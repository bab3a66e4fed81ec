"""What cells prove of their residency, as the control plane keeps it; what they do not prove is an alarm."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from controlplane.enums import AlarmKind, CellState
from controlplane.models import Cell, CellResidency
from controlplane.services.alarms import clear_alarm, raise_alarm
from tenants.bus import ResidencyReport
from tenants.residency.checks import SENTENCES, Check
from tenants.residency.enums import Verdict

SILENT_AFTER = timedelta(hours=36)
SILENT = gettext_noop("The cell %(cell)s has proved nothing of its residency since %(since)s.")
NEVER = gettext_noop("The cell %(cell)s has proved nothing of its residency yet.")


def record_residency(report: ResidencyReport, *, now: datetime) -> None:
    """Keep a cell's newest proof, and raise or clear its alarms; one that comes late or twice changes nothing."""
    with transaction.atomic():
        cell = Cell.objects.select_for_update(of=("self",)).filter(name=report.cell).first()
        if cell is None:  # the control plane's own stores: they belong to no cell
            _raise_and_clear(None, report, now=now)
            return
        known = CellResidency.objects.filter(cell=cell).first()
        if known and known.at >= report.at:
            return
        values = {
            "proof": report.uuid,
            "region": report.region,
            "at": report.at,
            "has_passed": report.has_passed,
            "checks": list(report.checks),
        }
        CellResidency.objects.update_or_create(cell=cell, defaults=values)
        clear_alarm(kind=AlarmKind.RESIDENCY_SILENT, cell=cell, now=now)
        _raise_and_clear(cell, report, now=now)


def _raise_and_clear(cell: Cell | None, report: ResidencyReport, *, now: datetime) -> None:
    wrong = {}
    for plain in report.checks:
        check = Check.from_plain(plain)
        if not check.is_right:
            wrong[check.setting] = check
    for setting, check in wrong.items():
        raise_alarm(
            kind=AlarmKind.RESIDENCY,
            cell=cell,
            subject=setting,
            text=SENTENCES[Verdict(check.verdict)],
            facts=check.facts_of_sentence,
            now=now,
        )
    clear_alarm(kind=AlarmKind.RESIDENCY, cell=cell, except_for=wrong, now=now)


def watch_residency(*, now: datetime) -> None:
    """An alarm for each cell at work that has not proved its residency for a day and a half."""
    for cell in Cell.objects.exclude(state=CellState.CLOSED).select_related("residency"):
        last = getattr(cell, "residency", None)
        if last and now - last.at < SILENT_AFTER:
            continue
        facts = {"cell": cell.name} | ({"since": last.at.date().isoformat()} if last else {})
        text = SILENT if last else NEVER
        raise_alarm(kind=AlarmKind.RESIDENCY_SILENT, cell=cell, text=text, facts=facts, now=now)
