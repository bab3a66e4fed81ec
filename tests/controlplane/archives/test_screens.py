"""Exports for owners; moves and restorations for operators."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from controlplane.archives.models import Move
from controlplane.archives.services import forget_backups
from controlplane.audit.queries import audit_of
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import record_job_progress
from controlplane.models import Campaign, Cell
from tenants.archive.handing import sign_export
from tenants.bus import JobProgress
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.controlplane.conftest import PASSWORD
from tests.factors import has_shown

pytestmark = pytest.mark.usefixtures("public_schema")
MakeCampaign = Callable[..., Campaign]


@pytest.fixture
def campaign(campaign_of: MakeCampaign, customer: User) -> Campaign:
    return campaign_of(customer)


@pytest.fixture
def job_of(now: datetime) -> Callable[..., CampaignJob]:
    def make(campaign: Campaign, kind: str, **result: Any) -> CampaignJob:
        return CampaignJob.objects.create(
            uuid=uuid4(), campaign=campaign, kind=kind, cell="fr-1", asked_by="owner", asked_at=now, news_at=now,
            state="done", finished_at=now, result=result,
        )  # fmt: skip

    return make


@pytest.fixture
def export(campaign: Campaign, job_of: Callable[..., CampaignJob]) -> CampaignJob:
    until = (timezone.now() + timedelta(days=7)).isoformat()
    return job_of(campaign, "export", name="exports/abc.zip", size=12_345, rows=5_000, files=7, expires_at=until)


def path(campaign: Campaign, what: str = "") -> str:
    return f"/compte/{campaign.uuid}/donnees/{what}"


def test_the_owner_asks_for_an_export_and_is_led_to_its_progress(
    signed_in: TenantClient, customer: User, campaign: Campaign
) -> None:
    has_shown(signed_in, customer)
    assert "Préparer un export" in signed_in.get(path(campaign)).content.decode()
    answer = signed_in.post(path(campaign))
    job = CampaignJob.objects.get(kind="export")
    assert answer.headers["Location"] == f"/compte/{campaign.uuid}/travaux/{job.uuid}/"
    signed_in.post(path(campaign))
    assert CampaignJob.objects.filter(kind="export").count() == 1


def test_an_export_is_handed_out_for_the_password_and_written_down(
    signed_in: TenantClient, customer: User, campaign: Campaign, export: CampaignJob
) -> None:
    has_shown(signed_in, customer)
    assert "12,1" in signed_in.get(path(campaign)).content.decode()
    wrong = signed_in.post(path(campaign, f"{export.uuid}/"), {"password": "guess"})
    assert wrong.status_code == 422
    assert [line.action for line in audit_of(campaign.uuid)] == []
    right = signed_in.post(path(campaign, f"{export.uuid}/"), {"password": PASSWORD})
    assert right.headers["Location"].startswith(f"{campaign.address}/exports/abc.zip?s=")
    assert [line.action for line in audit_of(campaign.uuid)] == ["export.handed_out"]


def test_an_export_that_has_expired_is_not_handed_out(
    signed_in: TenantClient, customer: User, campaign: Campaign, export: CampaignJob
) -> None:
    has_shown(signed_in, customer)
    CampaignJob.objects.filter(pk=export.pk).update(result={**export.result, "expires_at": "2026-01-01T00:00:00+00:00"})
    answer = signed_in.post(path(campaign, f"{export.uuid}/"), {"password": PASSWORD})
    assert answer.headers["Location"] == path(campaign)
    assert "12,1" not in signed_in.get(path(campaign)).content.decode()


def test_strangers_find_neither_page_nor_export(
    platform: TenantClient, stranger: User, campaign: Campaign, export: CampaignJob
) -> None:
    assert platform.get(path(campaign)).status_code == 302
    platform.force_login(stranger)
    assert platform.get(path(campaign)).status_code == 404
    assert platform.post(path(campaign, f"{export.uuid}/"), {"password": PASSWORD}).status_code == 404


@pytest.mark.usefixtures("run_tasks")
def test_the_owner_is_told_by_a_mail_that_holds_nothing_of_the_export(
    campaign: Campaign, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    message = JobProgress(
        uuid=uuid4(), kind="export", tenant_uuid=campaign.uuid, state="done", error="", steps=(), attempts=1, done=0,
        total=0, result={"name": "exports/secret.zip", "rows": 4242}, sequence=3,
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        record_job_progress(message, now=now)
        record_job_progress(message, now=now)
    (letter,) = mail.outbox
    assert letter.to == ["ada@example.org"]
    assert path(campaign) in letter.body
    assert "secret" not in letter.body
    assert "4242" not in letter.body


def test_a_link_opens_its_own_export_for_ten_minutes_on_its_own_campaign(
    tenant: TenantFacts, other_tenant: TenantFacts, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_context(tenant):
        default_storage.save("exports/abc.zip", ContentFile(b"PK whole"))
    signature = sign_export("exports/abc.zip", uuid=tenant.uuid, cell=settings.CELL)
    browser = TenantClient(tenant.primary_host)
    answer: Any = browser.get("/exports/abc.zip", {"s": signature})
    assert b"".join(answer.streaming_content) == b"PK whole"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="isoloir-demain-')
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert browser.get("/exports/abc.zip").status_code == 404
    assert browser.get("/exports/other.zip", {"s": signature}).status_code == 404
    assert TenantClient(other_tenant.primary_host).get("/exports/abc.zip", {"s": signature}).status_code == 404
    elsewhere = sign_export("exports/abc.zip", uuid=tenant.uuid, cell="de-1")
    assert browser.get("/exports/abc.zip", {"s": elsewhere}).status_code == 404
    late = timezone.now().timestamp() + 601
    monkeypatch.setattr("time.time", lambda: late)
    assert browser.get("/exports/abc.zip", {"s": signature}).status_code == 404


def test_an_operator_moves_a_campaign_and_a_reader_does_not(
    console: TenantClient, operator_as: Callable[[str], TenantClient], campaign: Campaign
) -> None:
    target = Cell.objects.get_or_create(name="fr-2", defaults={"region": campaign.region})[0]
    address = f"/console/campaign_archives/move/nouveau/{campaign.pk}/"
    assert "fr-2" in console.get(address).content.decode()
    assert operator_as("support").post(address, {"target": target.pk}).status_code == 403
    assert console.post(address, {"target": campaign.cell.pk}).status_code == 422
    answer = console.post(address, {"target": target.pk})
    move = Move.objects.get(campaign=campaign)
    assert answer.headers["Location"] == f"/console/campaign_archives/move/{move.pk}/change/"
    assert console.get(answer.headers["Location"]).status_code == 200
    assert CampaignJob.objects.get(campaign=campaign).kind == "move_copy"


def test_an_operator_restores_a_backup_and_settles_it(
    console: TenantClient,
    operator_as: Callable[[str], TenantClient],
    campaign: Campaign,
    job_of: Callable[..., CampaignJob],
    now: datetime,
) -> None:
    backup = job_of(campaign, "backup", name=f"backups/{campaign.uuid}/20261122T024000Z-a.zip", rows=5, files=2)
    assert campaign.name in console.get("/console/campaign_archives/backup/").content.decode()
    assert "Rétablir" in console.get(f"/console/campaign_archives/backup/{backup.pk}/change/").content.decode()
    address = f"/console/campaign_archives/backup/{backup.pk}/restaurer/"
    assert console.get(address).status_code == 405
    assert operator_as("support").post(address).status_code == 403
    console.post(address)
    job = CampaignJob.objects.get(kind="restore")
    assert job.parameters == {"name": backup.result["name"]}
    CampaignJob.objects.filter(pk=job.pk).update(state="done", finished_at=now)
    page = f"/console/campaign_jobs/campaignjob/{job.pk}/change/"
    assert "C’est juste" in console.get(page).content.decode()
    console.post(f"/console/campaign_archives/backup/restauration/{job.pk}/", {"answer": "wrong"})
    assert CampaignJob.objects.get(finished_at=None).kind == "restore_undo"


@pytest.mark.parametrize("wrong", [{"state": "closed"}, {"state": "erased"}, {"cell": "de-1"}])
def test_nothing_is_brought_back_where_the_campaign_does_not_stand(
    console: TenantClient, campaign: Campaign, job_of: Callable[..., CampaignJob], wrong: dict[str, str]
) -> None:
    backup = job_of(campaign, "backup", name="backups/x/y.zip", rows=1, files=1)
    values = dict(wrong)
    if "cell" in values:
        values["cell"] = Cell.objects.get_or_create(name="de-1", defaults={"region": campaign.region})[0]  # type: ignore[assignment]
    Campaign.objects.filter(pk=campaign.pk).update(**values)
    html = console.post(f"/console/campaign_archives/backup/{backup.pk}/restaurer/", follow=True).content.decode()
    assert "Cette campagne ne peut pas être restaurée" in html
    assert not CampaignJob.objects.filter(kind="restore").exists()


def test_an_answer_that_was_not_given_takes_nothing_back(
    console: TenantClient, campaign: Campaign, job_of: Callable[..., CampaignJob]
) -> None:
    job = job_of(campaign, "restore")
    for answer in ({}, {"answer": "maybe"}):
        console.post(f"/console/campaign_archives/backup/restauration/{job.pk}/", answer)
    assert not CampaignJob.objects.filter(kind__startswith="restore_").exists()


def test_backups_that_their_cell_has_thinned_out_are_listed_no_more(
    campaign: Campaign, job_of: Callable[..., CampaignJob], now: datetime
) -> None:
    kept, gone, failed, export = (job_of(campaign, "backup", name=name) for name in ("a.zip", "b.zip", "", "c.zip"))
    CampaignJob.objects.filter(pk=failed.pk).update(state="failed", result={})
    CampaignJob.objects.filter(pk=export.pk).update(kind="export")
    newest = job_of(campaign, "backup", name="d.zip", kept=["a.zip", "d.zip"])
    forget_backups(newest, now + timedelta(days=8))
    left = set(CampaignJob.objects.values_list("pk", flat=True))
    assert {kept.pk, export.pk, newest.pk} <= left
    assert not {gone.pk, failed.pk} & left
