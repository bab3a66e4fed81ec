"""A campaign's usage, told upwards by its cell: how many contacts count, and when something last happened. Nobody's name.

Whatever changes the number asks for a report a few seconds later; a burst of sign-ups makes one. Idle campaigns cost nothing.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from crm.people.activities import ActivityEvent
from crm.people.queries import contact_count, find_last_activity_at
from tenants.alarms import set_alarm
from tenants.bus import UsageReport, send_to_control
from tenants.context import require_tenant

ALARM = "billing.usage"
DELAY = timedelta(seconds=5)


def ask_for_report() -> None:
    set_alarm(ALARM, due_at=timezone.now() + DELAY)


def ask_after_activity(event: ActivityEvent) -> None:
    ask_for_report()


def report_usage(*, now: datetime) -> None:
    send_to_control(
        UsageReport(
            uuid=require_tenant().uuid, contacts=contact_count(), last_activity_at=find_last_activity_at(), at=now
        )
    )
