"""The front page of the console, the alarms and the page of one campaign."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from controlplane.audit.actors import owner
from controlplane.audit.services import record_audit
from controlplane.decisions import decisions
from controlplane.enums import AlarmKind
from controlplane.jobs.models import CampaignJob
from controlplane.models import Campaign, Cell, OperatorAlarm, UsageDay
from controlplane.services.alarms import clear_alarm, raise_alarm
from controlplane.services.campaigns import forget_old_usage, record_usage
from tenants.bus import UsageReport
from tenants.users.models import User
from tests.conftest import TenantClient

MakeCampaign = Callable[..., Campaign]
pytestmark = pytest.mark.usefixtures("public_schema")
ALARMS = "/console/controlplane/operatoralarm/"


def alarm(now: datetime) -> OperatorAlarm:
    cell, facts = Cell.objects.get(name="fr-1"), {"setting": "S3_BUCKET", "cell": "fr-1", "problem": "?"}
    text = "%(setting)s of the cell %(cell)s: %(problem)s"
    return raise_alarm(kind=AlarmKind.RESIDENCY, cell=cell, text=text, facts=facts, now=now)


def page_of(campaign: Campaign) -> str:
    return reverse("admin:controlplane_campaign_change", args=[campaign.pk], urlconf="config.urls_platform")


def test_the_front_page_tells_what_needs_a_decision(
    console: TenantClient, campaign_of: MakeCampaign, customer: User, now: datetime
) -> None:
    full = campaign_of(customer, contacts=990, name="Presque pleine", usage_at=now)
    campaign_of(customer, slug="lente", name="Lente", state="provisioning", opening="failed", opening_at=now)
    job = {"campaign": full, "kind": "export", "cell": "fr-1", "asked_by": "owner", "asked_at": now, "news_at": now}
    CampaignJob.objects.create(uuid=full.uuid, state="failed", **job)
    alarm(now)
    page = console.get("/console/")
    told = [decision.title for decision in page.context["decisions"]]
    html = page.content.decode()
    for words in ("S3_BUCKET", "Lente", "Presque pleine", "Export complet"):
        assert any(words in title for title in told), words
        assert words in html


def test_nothing_to_decide_says_so(console: TenantClient) -> None:
    assert console.get("/console/").context["decisions"] == []


@pytest.mark.usefixtures("run_tasks")
def test_a_new_alarm_is_mailed_to_the_operators_once(
    settings: Any, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    settings.ADMINS = [("Operators", "garde@example.net"), ("Operators", "astreinte@example.net")]
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            alarm(now)
    assert sorted(message.to[0] for message in mail.outbox) == ["astreinte@example.net", "garde@example.net"]
    assert "S3_BUCKET" in mail.outbox[0].body
    assert f"{ALARMS}{OperatorAlarm.objects.get().pk}/change/" in mail.outbox[0].body


def test_an_alarm_is_taken_and_closed_by_who_may(operator_as: Callable[[str], TenantClient], now: datetime) -> None:
    raised = alarm(now)
    values = {"_selected_action": [raised.pk]}
    reader, support = operator_as("reader"), operator_as("support")
    assert raised.message in reader.get(ALARMS).content.decode()
    reader.post(ALARMS, {"action": "take", **values})
    raised.refresh_from_db()
    assert raised.seen_at is None
    support.post(ALARMS, {"action": "take", **values})
    raised.refresh_from_db()
    assert raised.seen_at
    support.post(ALARMS, {"action": "close", **values})
    raised.refresh_from_db()
    assert raised.cleared_at
    assert raised.message not in support.get(ALARMS).content.decode()
    assert raised.message in support.get(ALARMS, {"over": "yes"}).content.decode()


def test_what_is_over_waits_no_more(now: datetime) -> None:
    raised = alarm(now)
    clear_alarm(kind=AlarmKind.RESIDENCY, cell=raised.cell, now=now)
    assert decisions(now=now) == []


def test_usage_is_kept_a_day_at_a_time_and_for_a_year(campaign_of: MakeCampaign, customer: User, now: datetime) -> None:
    campaign = campaign_of(customer)

    def report(contacts: int, at: datetime) -> None:
        record_usage(UsageReport(uuid=campaign.uuid, contacts=contacts, last_activity_at=None, at=at))

    report(10, now - timedelta(days=1))
    report(20, now)
    report(25, now + timedelta(hours=1))
    report(15, now - timedelta(hours=3))  # comes late
    assert list(UsageDay.objects.values_list("contacts", flat=True)) == [10, 25]
    forget_old_usage(now=now + timedelta(days=400, hours=2))
    assert list(UsageDay.objects.values_list("contacts", flat=True)) == [25]


def test_one_campaigns_page_tells_its_story_and_its_growth(
    console: TenantClient, campaign_of: MakeCampaign, customer: User
) -> None:
    campaign = campaign_of(customer)
    today = timezone.now()
    for days, contacts in ((20, 100), (10, 400), (0, 900)):
        UsageDay.objects.create(
            campaign=campaign, day=timezone.localdate(today) - timedelta(days=days), contacts=contacts
        )
    record_audit(action="support.granted", by=owner(customer), now=today, campaign_uuid=campaign.uuid)
    response = console.get(page_of(campaign))
    curve = response.context["curve"]
    assert [point.contacts for point in curve.points] == [100, 400, 900]
    assert [round(point.x) for point in curve.points] == [70, 391, 712]
    assert (curve.points[-1].y, curve.points[0].y > curve.points[1].y) == (12, True)
    html = response.content.decode()
    assert f'd="{curve.path}"' in html
    assert response.context["story"][0].title == "Assistance acceptée par le propriétaire"
    assert str(campaign.uuid) in html


def test_a_page_of_no_campaign_is_not_found(console: TenantClient) -> None:
    assert console.get("/console/controlplane/campaign/999999/change/").status_code == 404
    assert console.get("/console/controlplane/campaign/x/change/").status_code == 404
