"""What cells prove, as the control plane keeps it and as operators are told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils.translation import override

from controlplane.models import Campaign, Cell, CellResidency, OperatorAlarm, Region
from controlplane.services.residency import watch_residency
from tenants.bus import ResidencyReport, send_to_control
from tenants.residency.checks import Check
from tenants.users.models import User
from tests.conftest import TenantClient

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


def test_the_control_planes_own_stores_belong_to_no_cell(cell: Cell, now: datetime, settings: Any) -> None:
    settings.ROLE = "control"
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


def test_the_owner_downloads_the_certificate_from_her_account_and_nobody_else_does(
    signed_in: TenantClient,
    customer: User,
    stranger: User,
    campaign_of: Callable[..., Campaign],
    cell: Cell,
    now: datetime,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.VAR_DIR = tmp_path
    campaign = campaign_of(customer)
    address = f"/compte/{campaign.uuid}/certificat.pdf"
    assert signed_in.get(address)["Location"] == f"/compte/{campaign.uuid}/"
    send_to_control(report(now, RIGHT))
    answer = signed_in.get(address)
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    send_to_control(report(now + timedelta(hours=1), RIGHT, WRONG))
    assert "dernière vérification" in signed_in.get(address, follow=True).content.decode()
    signed_in.force_login(stranger)
    assert signed_in.get(address).status_code == 404
    signed_in.logout()
    assert "/connexion/" in signed_in.get(address)["Location"]


def test_the_page_of_a_region_keeps_declared_and_proved_apart(
    platform: TenantClient, cell: Cell, now: datetime
) -> None:
    label = {"name": "SecNumCloud", "offer": "IaaS", "valid_until": "2099-01-31", "address": "https://cyber.gouv.fr/"}
    Region.objects.filter(code="fr").update(
        provider="Outscale SAS", labels=[label, {**label, "valid_until": "2020-01-31"}]
    )
    html = platform.get("/regions/fr/").content.decode()
    declared, proved = html.split('id="proved"')
    assert "Outscale SAS" in declared
    assert declared.count("SecNumCloud") == 1
    assert "Outscale" not in proved
    assert "Cette cellule n’a encore rien prouvé." in proved
    send_to_control(report(now, RIGHT))
    assert "chaque lieu est conforme" in platform.get("/regions/fr/").content.decode()
    send_to_control(report(now + timedelta(hours=1), WRONG))
    html = platform.get("/regions/fr/").content.decode()
    assert "un lieu n’est pas conforme" in html
    assert "smtp.sendgrid.net" not in html
    assert platform.get("/regions/de/").status_code == 404
    assert platform.post("/regions/fr/").status_code == 405
