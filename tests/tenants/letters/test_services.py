"""What nobody can receive is kept, tried again, and never lost."""

from dataclasses import asdict
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tenants import bus
from tenants.bus import LimitsChanged, deliver
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.letters.models import DeadLetter
from tenants.letters.services import deliver_letters
from tenants.queries import get_tenant


def letters() -> list[tuple[str, str, int]]:
    with public_context():
        return list(DeadLetter.objects.values_list("name", "reason", "tries"))


def body_of(tenant: TenantFacts, sequence: int) -> dict[str, object]:
    message = LimitsChanged(uuid=tenant.uuid, plan_name="5k", contact_limit=5000, sequence=sequence)
    return asdict(message) | {"uuid": str(tenant.uuid)}


def test_a_message_of_an_unknown_version_is_kept_once_and_received_after_the_upgrade(
    tenant: TenantFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _twice in range(2):
        deliver(name="limits_changed", version=2, body=body_of(tenant, 3), sender="control")
    assert letters() == [("limits_changed", "UnknownMessage", 1)]
    later = timezone.now() + timedelta(minutes=2)
    assert deliver_letters(now=later) == 0
    assert letters() == [("limits_changed", "UnknownMessage", 2)]
    monkeypatch.setattr(bus, "VERSION", 2)
    assert deliver_letters(now=later) == 0  # not due yet: each failure makes the pause longer
    assert deliver_letters(now=later + timedelta(minutes=2)) == 1
    assert letters() == []
    assert get_tenant(tenant.uuid).contact_limit == 5000


def test_a_failing_receiver_loses_nothing_and_its_letter_changes_nothing_that_is_newer(
    tenant: TenantFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(message: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setitem(bus._receivers, "limits_changed", fail)
        deliver(name="limits_changed", version=1, body=body_of(tenant, 3), sender="control")
    assert letters() == [("limits_changed", "ConnectionError", 1)]
    newer = body_of(tenant, 4) | {"contact_limit": 9000}
    deliver(name="limits_changed", version=1, body=newer, sender="control")
    assert deliver_letters(now=timezone.now() + timedelta(hours=1)) == 1
    assert get_tenant(tenant.uuid).contact_limit == 9000


def test_a_message_with_parts_that_this_version_does_not_know_is_kept(tenant: TenantFacts, now: datetime) -> None:
    deliver(name="limits_changed", version=1, body=body_of(tenant, 1) | {"color": "red"}, sender="control")
    assert letters() == [("limits_changed", "UnknownMessage", 1)]
