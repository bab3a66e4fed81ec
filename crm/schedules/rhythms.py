"""When a scheduled import comes next."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from crm.schedules.enums import Rhythm
from crm.schedules.models import ScheduledImport


def next_time(scheduled: ScheduledImport, *, after: datetime) -> datetime:
    """Within the hour that was chosen, in the campaign's time; each at a minute of its own, so that not all come at once."""
    minute = (scheduled.pk or 0) * 17 % 60
    local = timezone.localtime(after)
    if scheduled.rhythm == Rhythm.HOURLY:
        found = local.replace(minute=minute, second=0, microsecond=0)
        return found if found > local else found + timedelta(hours=1)
    day = local.date()
    if scheduled.rhythm == Rhythm.WEEKLY:
        day += timedelta(days=(scheduled.weekday - day.weekday()) % 7)
    step = timedelta(days=7 if scheduled.rhythm == Rhythm.WEEKLY else 1)
    while (found := timezone.make_aware(datetime.combine(day, time(scheduled.hour, minute)))) <= after:
        day += step
    return found
