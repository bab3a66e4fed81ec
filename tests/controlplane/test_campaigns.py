from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.utils import timezone

from controlplane.models import Campaign, Cell, Region
from controlplane.services.campaigns import (
    RegionFull,
    office_entry,
    place_in,
    record_progress,
    record_usage,
    resume_silent_openings,
    retry_opening,
)
from tenants import bus
from tenants.bus import LimitsChanged, ProvisioningProgress, ProvisionRequest, UsageReport, send_to_control
from tenants.context import tenant_context
from tenants.entry import EntryUsed, open_entry
from tenants.queries import get_tenant
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.database import TENANT

MakeCampaign = Callable[..., Campaign]
pytestmark = pytest.mark.usefixtures("public_schema", "run_tasks")


def progress(campaign: Campaign, *states: str, sequence: int, finished: bool = False) -> ProvisioningProgress:
    keys = ("place", "schema", "open")
    steps = tuple({"key": key, "state": state, "seconds": 0.1} for key, state in zip(keys, states, strict=True))
    return ProvisioningProgress(uuid=campaign.uuid, steps=steps, finished=finished, sequence=sequence)


@pytest.fixture
def opening(campaign_of: MakeCampaign, customer: User) -> Campaign:
    at = timezone.now()
    return campaign_of(customer, state="provisioning", opening="queued", created_at=at, opening_at=at)


def test_progress_is_told_as_it_comes(opening: Campaign, signed_in: TenantClient, now: datetime) -> None:
    record_progress(progress(opening, "done", "running", "waiting", sequence=3), now=timezone.now())
    answer = signed_in.get(f"/ouvrir/{opening.uuid}/avancement/").json()
    assert (answer["done"], answer["moving"]) == (False, True)
    assert 'aria-valuenow="33"' in answer["html"]


def test_older_news_change_nothing(opening: Campaign, now: datetime) -> None:
    record_progress(progress(opening, "done", "done", "running", sequence=5), now=now)
    record_progress(progress(opening, "done", "running", "waiting", sequence=3), now=now)
    opening.refresh_from_db()
    assert opening.opening_steps[1]["state"] == "done"


def test_the_end_opens_the_campaign_and_writes_to_its_owner_once(
    opening: Campaign, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    end = progress(opening, "done", "done", "done", sequence=6, finished=True)
    with django_capture_on_commit_callbacks(execute=True):
        record_progress(progress(opening, "done", "done", "done", sequence=6), now=now)
        record_progress(end, now=now)
        record_progress(end, now=now)
        record_progress(progress(opening, "done", "done", "running", sequence=7), now=now)
    opening.refresh_from_db()
    assert (opening.state, opening.opening) == ("active", "done")
    assert [message.to for message in mail.outbox] == [["ada@example.org"]]


def test_the_end_does_not_wake_a_suspended_campaign(campaign_of: MakeCampaign, customer: User, now: datetime) -> None:
    suspended = campaign_of(customer, state="suspended", opening="running")
    record_progress(progress(suspended, "done", "done", "done", sequence=9, finished=True), now=now)
    suspended.refresh_from_db()
    assert suspended.state == "suspended"


def test_a_failed_step_is_shown_with_a_way_to_go_on(
    opening: Campaign, signed_in: TenantClient, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[ProvisionRequest] = []
    monkeypatch.setitem(bus._receivers, "provision", asked.append)
    record_progress(progress(opening, "done", "failed", "waiting", sequence=4), now=timezone.now())
    page = signed_in.get(f"/ouvrir/{opening.uuid}/").content.decode()
    assert f"/ouvrir/{opening.uuid}/reprendre/" in page
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(f"/ouvrir/{opening.uuid}/reprendre/")
    assert [request.uuid for request in asked] == [opening.uuid]
    opening.refresh_from_db()
    assert opening.opening == "queued"


def test_a_silent_cell_is_said_to_be_slow(opening: Campaign, signed_in: TenantClient) -> None:
    address = f"/ouvrir/{opening.uuid}/"
    assert "reprendre" not in signed_in.get(address).content.decode()
    Campaign.objects.update(opening_at=timezone.now() - timedelta(minutes=1))
    assert f"{address}reprendre/" in signed_in.get(address).content.decode()


def test_going_on_with_what_is_done_asks_nothing(
    campaign_of: MakeCampaign,
    customer: User,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    asked: list[ProvisionRequest] = []
    monkeypatch.setitem(bus._receivers, "provision", asked.append)
    with django_capture_on_commit_callbacks(execute=True):
        retry_opening(campaign=campaign_of(customer), now=now)
    assert asked == []


def test_a_lost_message_is_made_up_for(
    opening: Campaign,
    campaign_of: MakeCampaign,
    customer: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    asked: list[ProvisionRequest] = []
    monkeypatch.setitem(bus._receivers, "provision", asked.append)
    long_ago = timezone.now() - timedelta(minutes=5)
    Campaign.objects.update(opening_at=long_ago)
    campaign_of(customer, slug="echouee", state="provisioning", opening="failed", opening_at=long_ago)
    campaign_of(customer, slug="ouverte", opening_at=long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        resume_silent_openings(now=timezone.now())
        resume_silent_openings(now=timezone.now())
    assert [request.uuid for request in asked] == [opening.uuid]


def test_the_newest_count_wins_whatever_comes_last(campaign_of: MakeCampaign, customer: User, now: datetime) -> None:
    campaign = campaign_of(customer)
    for contacts, minutes in ((10, 1), (30, 3), (20, 2), (30, 3)):
        at = now + timedelta(minutes=minutes)
        send_to_control(UsageReport(uuid=campaign.uuid, contacts=contacts, last_activity_at=at, at=at))
    campaign.refresh_from_db()
    assert (campaign.contacts, campaign.usage_at) == (30, now + timedelta(minutes=3))


def test_a_count_of_an_unknown_campaign_is_dropped(now: datetime) -> None:
    record_usage(UsageReport(uuid=uuid4(), contacts=3, last_activity_at=None, at=now))
    assert not Campaign.objects.exists()


def test_the_owner_enters_by_a_link_that_works_once(
    customer: User, campaign_of: MakeCampaign, signed_in: TenantClient
) -> None:
    tenant = get_tenant(TENANT)
    campaign = campaign_of(customer, uuid=tenant.uuid)
    address = signed_in.post(f"/compte/{campaign.uuid}/entrer/")["Location"]
    assert address.startswith(f"{campaign.address}/bureau/entrer/?jeton=")
    token = address.partition("jeton=")[2].replace("%3D", "=")
    with tenant_context(tenant):
        entry = open_entry(token, now=timezone.now())
        assert (entry.email, entry.role, entry.password_hash) == (customer.email, "owner", customer.password)
        with pytest.raises(EntryUsed):
            open_entry(token, now=timezone.now())


def test_nobody_enters_an_office_that_is_not_open(
    campaign_of: MakeCampaign, customer: User, signed_in: TenantClient
) -> None:
    campaign = campaign_of(customer, state="suspended")
    assert signed_in.post(f"/compte/{campaign.uuid}/entrer/")["Location"] == "/compte/"


@pytest.mark.parametrize("path", ["", "palier/"])
def test_somebody_elses_campaign_does_not_exist(
    campaign_of: MakeCampaign, stranger: User, signed_in: TenantClient, path: str
) -> None:
    campaign = campaign_of(stranger)
    answer = signed_in.get(f"/compte/{campaign.uuid}/{path}")
    assert answer.status_code == 404
    assert "les campagnes d’autres comptes" in answer.content.decode()


@pytest.mark.parametrize("path", ["/compte/{}/entrer/", "/ouvrir/{}/reprendre/", "/compte/{}/palier/"])
def test_nobody_acts_on_somebody_elses_campaign(
    campaign_of: MakeCampaign, stranger: User, signed_in: TenantClient, path: str
) -> None:
    campaign = campaign_of(stranger)
    assert signed_in.post(path.format(campaign.uuid), {"plan": "1m"}).status_code == 404
    campaign.refresh_from_db()
    assert campaign.plan_code == "1k"


@pytest.mark.parametrize("path", ["/compte/", "/compte/profil/", "/compte/{}/", "/ouvrir/{}/"])
def test_a_visitor_signs_in_first(platform: TenantClient, path: str) -> None:
    path = path.format(UUID(int=7))
    assert platform.get(path)["Location"] == f"/connexion/?next={path}"


def test_a_new_tier_is_sent_to_the_cell(
    campaign_of: MakeCampaign,
    customer: User,
    signed_in: TenantClient,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    told: list[LimitsChanged] = []
    monkeypatch.setitem(bus._receivers, "limits_changed", told.append)
    campaign = campaign_of(customer)
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(f"/compte/{campaign.uuid}/palier/", {"plan": "5k"})
        signed_in.post(f"/compte/{campaign.uuid}/palier/", {"plan": "5k"})
        signed_in.post(f"/compte/{campaign.uuid}/palier/", {"plan": "free"})
    assert [(message.contact_limit, message.sequence) for message in told] == [(5000, 2), (250, 3)]
    campaign.refresh_from_db()
    assert campaign.plan_code == "free"


@pytest.mark.parametrize(
    ("waiting", "leads_back"), [("7", True), ("", False), ("7/../..", False), ("//x.example", False)]
)
def test_a_new_tier_leads_back_to_the_import_that_waited(
    campaign_of: MakeCampaign, customer: User, signed_in: TenantClient, waiting: str, leads_back: bool
) -> None:
    campaign = campaign_of(customer)
    answer = signed_in.post(f"/compte/{campaign.uuid}/palier/?import={waiting}", {"plan": "5k"}, follow=True)
    page = answer.content.decode()

    assert "Le nouveau palier est en vigueur" in page
    assert (f'<a href="{campaign.address}/bureau/imports/7/">' in page) is leads_back
    assert ("/bureau/imports/" in page) is leads_back


@pytest.mark.parametrize(("contacts", "said"), [(799, ""), (800, "presque plein"), (1001, "dépassé")])
def test_near_and_over_the_limit_are_said_with_the_way_out(
    campaign_of: MakeCampaign, customer: User, signed_in: TenantClient, contacts: int, said: str
) -> None:
    campaign = campaign_of(customer, contacts=contacts)
    page = signed_in.get(f"/compte/{campaign.uuid}/").content.decode()
    assert said in page
    assert ("palier/?plan=5k" in page) is bool(said)


def test_the_emptiest_open_cell_takes_the_campaign(
    campaign_of: MakeCampaign, customer: User, region: Region, now: datetime
) -> None:
    second = Cell.objects.create(name="fr-2", region=region)
    Cell.objects.create(name="fr-3", region=region, state="full")
    campaign_of(customer)
    assert place_in(region, now=now) == second
    Cell.objects.filter(pk=second.pk).update(heard_at=now - timedelta(minutes=6))
    assert place_in(region, now=now).name == "fr-1"
    Cell.objects.filter(pk=second.pk).update(heard_at=now - timedelta(minutes=4))
    assert place_in(region, now=now) == second
    Cell.objects.update(soft_capacity=0)
    with pytest.raises(RegionFull):
        place_in(region, now=now)


def test_the_owners_address_never_leaves_through_the_entry_link(
    campaign_of: MakeCampaign, customer: User, now: datetime
) -> None:
    assert customer.email not in office_entry(campaign=campaign_of(customer), now=now)
