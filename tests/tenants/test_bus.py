from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tenants import bus
from tenants.bus import (
    LimitsChanged,
    UnknownMessage,
    UsageReport,
    receive_message,
    send_to_cell,
    send_to_control,
)
from tenants.facts import TenantFacts
from tenants.queries import get_tenant


def test_a_message_arrives_as_it_was_sent(
    tenant: TenantFacts, now: datetime, run_tasks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[UsageReport] = []
    monkeypatch.setitem(bus._receivers, "usage_reported", got.append)
    sent = UsageReport(uuid=tenant.uuid, contacts=12, last_activity_at=now, at=now)
    send_to_control(sent)
    send_to_control(replace(sent, last_activity_at=None))
    assert got == [sent, replace(sent, last_activity_at=None)]


def test_new_limits_are_applied_and_an_older_message_that_comes_late_is_not(
    tenant: TenantFacts, run_tasks: None
) -> None:
    newer = LimitsChanged(uuid=tenant.uuid, plan_name="5k", contact_limit=5000, sequence=2)
    for message in (newer, replace(newer, plan_name="1k", contact_limit=1000, sequence=1), newer):
        send_to_cell("fr-1", message)
    assert (get_tenant(tenant.uuid).plan_name, get_tenant(tenant.uuid).contact_limit) == ("5k", 5000)


@pytest.mark.parametrize(("name", "version"), [("provision", 99), ("nonsense", 1)])
def test_a_message_of_another_kind_or_version_is_refused(name: str, version: int) -> None:
    with pytest.raises(UnknownMessage):
        receive_message(name=name, version=version, body={}, sender="fr-1")


@pytest.mark.parametrize(("role", "refused"), [("control", "limits_changed"), ("cell", "usage_reported")])
def test_a_message_in_the_wrong_direction_is_refused(role: str, refused: str, settings: Any) -> None:
    settings.ROLE = role
    with pytest.raises(UnknownMessage):
        receive_message(name=refused, version=1, body={}, sender="fr-1")
