"""A domain that was proved is looked at again: what the cell finds, and what it tells of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tenants.bus import DomainChecked
from tenants.context import enter, public_context
from tenants.facts import TenantFacts
from tenants.lifecycle import watching
from tenants.lifecycle.kinds import ADD_DOMAIN, REMOVE_DOMAIN, RENAME
from tenants.lifecycle.watching import GRACE, look_at_domain, watch_domains
from tenants.models import Alarm, Domain
from tests.tenants.lifecycle.conftest import Do
from tests.tenants.lifecycle.dns_server import Zone

DOMAIN = "www.demain.fr"
ASKED = {"domain": DOMAIN, "token": "s3cret", "is_primary": True}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[DomainChecked]:
    messages: list[DomainChecked] = []
    monkeypatch.setattr(watching, "send_to_control", messages.append)
    return messages


@pytest.fixture
def look(
    tenant: TenantFacts, do: Do, zone: Zone, told: list[DomainChecked], django_capture_on_commit_callbacks: Any
) -> Any:
    """Looks at the domain, as its alarm does; when it will look again."""
    zone.texts[f"_isoloir.{DOMAIN}"] = "isoloir=s3cret"
    assert do(ADD_DOMAIN, **ASKED).state == "done"
    enter(tenant)

    def looked(at: datetime) -> timedelta | None:
        with public_context():
            Alarm.objects.filter(kind=watching.ALARM).delete()  # it has rung
        with django_capture_on_commit_callbacks(execute=True):
            look_at_domain(DOMAIN, now=at)
        with public_context():
            alarm = Alarm.objects.filter(kind=watching.ALARM, schema_name=tenant.schema_name, key=DOMAIN).first()
        return alarm.due_at - at if alarm else None

    return looked


def test_a_domain_is_watched_from_the_moment_that_it_opens(tenant: TenantFacts, do: Do, zone: Zone) -> None:
    zone.aliases[DOMAIN] = tenant.platform_host
    do(ADD_DOMAIN, **ASKED)
    with public_context():
        assert Alarm.objects.get(kind=watching.ALARM).key == DOMAIN
        Alarm.objects.all().delete()  # opened by a version that did not watch
    enter(tenant)
    for _day in range(2):
        watch_domains()
    with public_context():
        assert Alarm.objects.filter(kind=watching.ALARM).count() == 1


def test_while_the_proof_stands_nothing_is_told(look: Any, told: list[DomainChecked], now: datetime) -> None:
    assert look(now) == timedelta(days=1)
    assert told == []


def test_twice_missed_the_control_plane_is_told_each_day_and_once_when_it_is_back(
    look: Any, told: list[DomainChecked], zone: Zone, tenant: TenantFacts, now: datetime
) -> None:
    zone.texts.clear()
    assert look(now) == timedelta(hours=1)
    assert told == []
    later = now + timedelta(hours=1)
    assert look(later) == timedelta(days=1)
    assert look(later + timedelta(days=1)) == timedelta(days=1)
    assert told == [
        DomainChecked(uuid=tenant.uuid, domain=DOMAIN, closes_at=now + GRACE, at=at)
        for at in (later, later + timedelta(days=1))
    ]
    zone.texts[f"_isoloir.{DOMAIN}"] = "isoloir=s3cret"
    told.clear()
    for day in (2, 3):
        look(now + timedelta(days=day))
    assert told == [DomainChecked(uuid=tenant.uuid, domain=DOMAIN, closes_at=None, at=now + timedelta(days=2))]


def test_a_dns_that_does_not_answer_proves_nothing_against_anybody(
    look: Any, told: list[DomainChecked], zone: Zone, now: datetime
) -> None:
    zone.is_broken = True
    for hour in range(3):
        assert look(now + timedelta(hours=hour)) == timedelta(hours=1)
    with public_context():
        assert Domain.objects.get(domain=DOMAIN).lost_at is None
    assert told == []


def test_an_alias_of_a_former_address_still_proves(
    look: Any, told: list[DomainChecked], do: Do, zone: Zone, tenant: TenantFacts, now: datetime
) -> None:
    zone.texts.clear()
    zone.aliases[DOMAIN] = tenant.platform_host
    do(RENAME, slug="demain-partout", former=tenant.slug)
    enter(tenant)
    for hour in range(3):
        look(now + timedelta(hours=hour))
    assert told == []


def test_a_domain_of_an_older_version_is_proved_by_what_its_job_was_told(
    look: Any, told: list[DomainChecked], now: datetime
) -> None:
    with public_context():
        Domain.objects.filter(domain=DOMAIN).update(token="")
    for hour in range(3):
        look(now + timedelta(hours=hour))
    assert told == []


def test_a_domain_that_is_gone_is_looked_at_no_more(look: Any, do: Do, tenant: TenantFacts, now: datetime) -> None:
    do(REMOVE_DOMAIN, domain=DOMAIN)
    enter(tenant)
    assert look(now) is None
