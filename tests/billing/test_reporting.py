from datetime import datetime, timedelta

import pytest

from crm.consent.entries import Source
from crm.people.services import ContactData, capture
from tenants import bus
from tenants.alarms import ring_due_alarms
from tenants.bus import UsageReport
from tenants.context import public_context
from tenants.entitlements import announce_contacts_changed
from tenants.facts import TenantFacts
from tenants.models import Alarm


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[UsageReport]:
    reports: list[UsageReport] = []
    monkeypatch.setitem(bus._receivers, "usage_reported", reports.append)
    return reports


def sign_up(email: str, now: datetime) -> None:
    capture(contact=ContactData(email=email), kind="signed_up", source=Source("form", "/"), now=now)


def test_a_burst_of_sign_ups_makes_one_report_of_the_count(
    tenant: TenantFacts,
    now: datetime,
    run_tasks: None,
    told: list[UsageReport],
    django_capture_on_commit_callbacks: object,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        for number in range(3):
            sign_up(f"person{number}@example.org", now)
    with public_context():
        assert Alarm.objects.filter(kind="billing.usage").count() == 1
    ring_due_alarms(now=datetime.now(tz=now.tzinfo) + timedelta(minutes=1))
    assert [(report.uuid, report.contacts, report.last_activity_at) for report in told] == [(tenant.uuid, 3, now)]


def test_an_import_that_is_over_asks_for_a_report(
    tenant: TenantFacts, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        announce_contacts_changed()
    with public_context():
        assert Alarm.objects.filter(kind="billing.usage").count() == 1
