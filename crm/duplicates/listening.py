"""When to look: who signs up is compared at once, an import soon after, everybody in the night after a change."""

from datetime import datetime, timedelta
from hashlib import sha256

from django.utils import timezone

from crm.duplicates.tasks import compare_person_task
from crm.people.activities import ActivityEvent
from tenants.alarms import set_alarm
from tenants.context import current_schema

KINDS = ("signed_up", "added", "edited")
NEW = "duplicates.new"
NIGHT = "duplicates.night"
SOON = timedelta(minutes=1)


def hear_activity(event: ActivityEvent) -> None:
    compare_person_task.delay(person_id=event.person_id)
    set_alarm(NIGHT, due_at=next_night(timezone.now(), current_schema()))


def hear_contacts_changed() -> None:
    now = timezone.now()
    set_alarm(NEW, due_at=now + SOON)
    set_alarm(NIGHT, due_at=next_night(now, current_schema()))


def next_night(now: datetime, schema: str) -> datetime:
    """Between one and five o'clock, each campaign at a time of its own, so that they do not all begin at once."""
    local = timezone.localtime(now)
    minutes = int.from_bytes(sha256(schema.encode()).digest()[:2]) % 240
    due = local.replace(hour=1, minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)
    return due if due > local else due + timedelta(days=1)
