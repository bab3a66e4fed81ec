from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from billing.models import Subscription
from billing.plans import get_plan
from controlplane.audit.actors import owner
from controlplane.audit.queries import audit_of
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import record_job_progress
from controlplane.lifecycle.holding import is_held
from controlplane.lifecycle.models import ErasureProof
from controlplane.lifecycle.services.states import GRACE, ask_for_overdue_erasures, close_campaign
from controlplane.models import Campaign
from controlplane.services.campaigns import change_campaign_plan
from tenants import bus
from tenants.bus import JobProgress, JobRequest
from tenants.factors.showing import FACTOR_SHOWN_AT
from tenants.lifecycle.states import erasure_uuid
from tenants.queries import get_tenant
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.database import TENANT

Travel = Callable[[], Any]
BASE = f"/compte/{TENANT}"
pytestmark = pytest.mark.usefixtures("public_schema")
COUNTS = dict.fromkeys(
    (
        "schemas",
        "roles",
        "tables",
        "rows",
        "files",
        "file_bytes",
        "registry_rows",
        "domains",
        "alarms",
        "jobs",
        "cache_keys",
    ),
    3,
)


def both(campaign: Campaign) -> tuple[str, str]:
    campaign.refresh_from_db()
    return campaign.state, get_tenant(TENANT).state


def life(name: str) -> str:
    return reverse(f"admin:lifecycle_{name}", args=[TENANT], urlconf="config.urls_platform")


def mail_to(customer: User, subject: str) -> str:
    """The text of the one mail that was sent."""
    (message,) = mail.outbox
    assert (message.to, message.subject.replace("\xa0", " ")) == ([customer.email], subject)
    return str(message.body)


def test_an_operator_suspends_with_a_reason_that_the_owner_reads_and_resumes(
    campaign: Campaign, console: TenantClient, customer: User, all_of_it: Travel
) -> None:
    with all_of_it():
        console.post(life("suspend"), {"reason": "payment"})
    assert both(campaign) == ("suspended", "suspended")
    console.force_login(customer)
    assert "Une facture n’est pas payée" in console.get(f"{BASE}/").content.decode()
    assert "Une facture n’est pas payée." in mail_to(customer, "« Demain » est suspendue")


def test_an_operator_resumes(campaign: Campaign, console: TenantClient, all_of_it: Travel) -> None:
    with all_of_it():
        console.post(life("suspend"), {"reason": "terms"})
    with all_of_it():
        console.post(life("resume"))
    assert both(campaign) == ("active", "active")
    page = console.get(life("life")).content.decode()
    assert page.count("Travail terminé") == 2


def test_without_a_reason_nothing_is_suspended(campaign: Campaign, console: TenantClient, all_of_it: Travel) -> None:
    with all_of_it():
        console.post(life("suspend"), {"reason": "because"})
    assert both(campaign) == ("active", "active")


@pytest.mark.parametrize("name", ["suspend", "resume", "close", "reopen"])
def test_what_changes_a_campaigns_life_asks_for_a_fresh_code(
    campaign: Campaign, console: TenantClient, name: str
) -> None:
    session = console.session
    session[FACTOR_SHOWN_AT] = 0.0
    session.save()
    answer = console.post(life(name), {"reason": "payment"})
    assert answer["Location"].startswith("/console/second-facteur/")
    assert not CampaignJob.objects.exists()


@pytest.mark.parametrize("name", ["life", "suspend", "resume", "close", "reopen", "proof"])
def test_customers_stay_out_of_the_console(campaign: Campaign, signed_in: TenantClient, name: str) -> None:
    call = signed_in.get if name in ("life", "proof") else signed_in.post
    assert "/console/" in call(life(name))["Location"]
    assert not CampaignJob.objects.exists()


def test_closing_asks_for_the_address_and_coming_back_loses_nothing(
    campaign: Campaign, customer: User, signed_in: TenantClient, all_of_it: Travel
) -> None:
    with all_of_it():
        assert signed_in.post(f"{BASE}/fermer/", {"typed": "demian"}).status_code == 422
    assert both(campaign) == ("active", "active")
    with all_of_it():
        signed_in.post(f"{BASE}/fermer/", {"typed": "demain"})
    assert both(campaign) == ("closed", "closed")
    assert TenantClient("demain.isoloir.localhost").get("/").status_code == 410
    assert "tout est effacé" in signed_in.get(f"{BASE}/").content.decode()
    assert f"{BASE}/" in mail_to(customer, "« Demain » est fermée")
    with all_of_it():
        signed_in.post(f"{BASE}/rouvrir/")
    assert both(campaign) == ("active", "active")


def test_what_is_not_closed_is_not_reopened(campaign: Campaign, signed_in: TenantClient, all_of_it: Travel) -> None:
    with all_of_it():
        assert signed_in.post(f"{BASE}/rouvrir/")["Location"] == f"{BASE}/"
    assert not CampaignJob.objects.exists()


def test_an_erasure_that_the_cell_did_not_begin_is_asked_for_by_the_same_name(
    campaign: Campaign, customer: User, all_of_it: Travel, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with all_of_it():
        closing = close_campaign(campaign=campaign, by=owner(customer), now=now)
    asked: list[JobRequest] = []
    monkeypatch.setitem(bus._receivers, "job_requested", asked.append)
    with all_of_it():
        ask_for_overdue_erasures(now=now + GRACE)
        assert asked == []
        ask_for_overdue_erasures(now=now + GRACE + timedelta(hours=2))
        ask_for_overdue_erasures(now=now + GRACE + timedelta(hours=3))
    assert [request.uuid for request in asked] == [erasure_uuid(closing.uuid)]


def erased(campaign: Campaign, now: datetime) -> JobProgress:
    body = {"format": 1, "campaign": str(campaign.uuid), "before": COUNTS, "after": dict.fromkeys(COUNTS, 0)}
    return JobProgress(
        uuid=erasure_uuid(campaign.uuid),
        kind="erase",
        tenant_uuid=campaign.uuid,
        state="done",
        error="",
        steps=(),
        attempts=1,
        done=0,
        total=0,
        result={"proof": {**body, "sha256": "ab" * 32}},
        sequence=20,
    )


def test_the_proof_is_kept_and_the_address_rests(
    campaign: Campaign, customer: User, signed_in: TenantClient, all_of_it: Travel, now: datetime
) -> None:
    with all_of_it():
        signed_in.post(f"{BASE}/fermer/", {"typed": "demain"})
    mail.outbox.clear()
    with all_of_it():
        for _twice in range(2):
            record_job_progress(erased(campaign, now), now=now)
    assert f"{BASE}/effacee/" in mail_to(customer, "« Demain » est effacée")
    campaign.refresh_from_db()
    assert (campaign.state, campaign.slug) == ("erased", campaign.uuid.hex)
    assert is_held("demain", now=now + timedelta(days=364))
    assert not is_held("demain", now=now + timedelta(days=366))
    assert not Subscription.objects.running().filter(campaign_uuid=campaign.uuid).exists()
    assert signed_in.get(f"{BASE}/")["Location"] == f"{BASE}/effacee/"
    assert "ab" * 32 in signed_in.get(f"{BASE}/effacee/").content.decode()
    file = signed_in.get(f"{BASE}/effacee/preuve.json")
    assert file.json() == ErasureProof.objects.get().body
    assert file["Content-Disposition"].startswith("attachment")
    assert set(CampaignJob.objects.exclude(kind="erase").values_list("parameters", flat=True)[0]) == set()


def test_a_change_of_tier_is_written_down(campaign: Campaign, customer: User, now: datetime) -> None:
    change_campaign_plan(campaign=campaign, plan=get_plan("5k"), by=owner(customer), now=now)
    line = audit_of(TENANT).get()
    assert (line.action, line.actor_id, line.details) == ("plan.changed", customer.pk, {"from": "1k", "to": "5k"})
