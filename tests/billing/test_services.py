from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from billing.models import Subscription
from billing.plans import TRIAL, get_plan
from billing.services import change_plan, start_subscription
from tenants import bus
from tenants.bus import LimitsChanged

pytestmark = pytest.mark.usefixtures("public_schema", "run_tasks")


def test_starting_twice_makes_one_subscription(now: datetime) -> None:
    uuid = uuid4()
    first = start_subscription(campaign_uuid=uuid, plan=get_plan("1k"), now=now)
    again = start_subscription(campaign_uuid=uuid, plan=get_plan("5k"), now=now)
    assert first == again
    assert first.trial_ends_at == now + TRIAL


def test_a_change_ends_a_period_and_keeps_the_trials_end(
    now: datetime, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[LimitsChanged] = []
    monkeypatch.setitem(bus._receivers, "limits_changed", told.append)
    uuid, later = uuid4(), now + timedelta(days=10)
    start_subscription(campaign_uuid=uuid, plan=get_plan("1k"), now=now)
    with django_capture_on_commit_callbacks(execute=True):
        change_plan(campaign_uuid=uuid, cell="fr-1", plan=get_plan("25k"), now=later)
    periods = list(
        Subscription.objects.order_by("sequence").values_list("plan_code", "since", "ended_at", "trial_ends_at")
    )
    assert periods == [("1k", now, later, now + TRIAL), ("25k", later, None, now + TRIAL)]
    assert told == [LimitsChanged(uuid=uuid, plan_name="25k", contact_limit=25_000, sequence=2)]


def test_the_same_plan_again_changes_nothing(now: datetime, django_capture_on_commit_callbacks: Any) -> None:
    uuid = uuid4()
    start_subscription(campaign_uuid=uuid, plan=get_plan("1k"), now=now)
    with django_capture_on_commit_callbacks() as queued:
        change_plan(campaign_uuid=uuid, cell="fr-1", plan=get_plan("1k"), now=now)
    assert (Subscription.objects.count(), queued) == (1, [])


def test_a_campaign_has_one_running_subscription_at_the_most(now: datetime) -> None:
    uuid = uuid4()
    start_subscription(campaign_uuid=uuid, plan=get_plan("1k"), now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.create(campaign_uuid=uuid, plan_code="5k", since=now, trial_ends_at=now, sequence=2)
