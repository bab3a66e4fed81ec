"""What cells prove, as the control plane keeps it and as operators are told."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils.translation import override

from controlplane.models import Cell, CellResidency, OperatorAlarm
from controlplane.services.residency import watch_residency
from tenants.bus import ResidencyReport, send_to_control
from tenants.residency.checks import Check

RIGHT = Check("database", "DATABASE_URL", "right", country="FR", basis="machine", evidence="tag")
WRONG = Check("mail", "SMTP_URL", "unknown", facts={"host": "smtp.sendgrid.net", "cell": "fr-1", "expected": "France"})


@pytest.fixture
def cell(public_schema: None, run_tasks: None) -> Cell:
    return Cell.objects.get(name="fr-1")


def report(now: datetime, *checks: Check, cell: str = "fr-1") -> ResidencyReport:
    return ResidencyReport(
        uuid=uuid4(),
        cell=cell,
        region="fr",
        has_passed=all(check.is_right for check in checks),
        checks=tuple(check.plain() for check in checks),
        at=now,
    )


def standing() -> list[tuple[str, str]]:
    return [(alarm.kind, alarm.subject) for alarm in OperatorAlarm.objects.standing().order_by("pk")]


def test_a_proof_is_kept_beside_what_is_declared(cell: Cell, now: datetime) -> None:
    sent = report(now, RIGHT)
    send_to_control(sent)
    kept = CellResidency.objects.get(cell=cell)
    assert (kept.proof, kept.has_passed, kept.findings) == (sent.uuid, True, [RIGHT])
    assert standing() == []


def test_a_mismatch_is_one_alarm_until_it_is_right_again(cell: Cell, now: datetime) -> None:
    bad = report(now, RIGHT, WRONG)
    for message in (bad, bad, report(now + timedelta(hours=1), RIGHT, WRONG)):
        send_to_control(message)
    assert standing() == [("residency", "SMTP_URL")]
    with override("fr"):
        assert OperatorAlarm.objects.get().message.startswith(
            "SMTP_URL mène à smtp.sendgrid.net, qui n’est dans aucune"
        )
    send_to_control(report(now + timedelta(hours=2), RIGHT))
    assert standing() == []


def test_an_older_report_that_comes_late_changes_nothing(cell: Cell, now: datetime) -> None:
    newest = report(now, RIGHT)
    send_to_control(newest)
    send_to_control(report(now - timedelta(hours=1), WRONG))
    send_to_control(replace(newest, has_passed=False))
    assert CellResidency.objects.get(cell=cell).has_passed
    assert standing() == []


def test_the_control_planes_own_stores_belong_to_no_cell(cell: Cell, now: datetime) -> None:
    send_to_control(report(now, WRONG, cell="control"))
    assert [(alarm.cell, alarm.subject) for alarm in OperatorAlarm.objects.standing()] == [(None, "SMTP_URL")]
    assert not CellResidency.objects.exists()


def test_a_cell_that_proves_nothing_is_noticed_until_it_does(cell: Cell, now: datetime) -> None:
    watch_residency(now=now)
    assert standing() == [("residency-silent", "")]
    assert OperatorAlarm.objects.get().text.endswith("yet.")
    send_to_control(report(now, RIGHT))
    watch_residency(now=now + timedelta(hours=35))
    assert standing() == []
    watch_residency(now=now + timedelta(hours=37))
    watch_residency(now=now + timedelta(hours=38))
    assert standing() == [("residency-silent", "")]
