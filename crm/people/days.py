"""The last days: a figure of the dashboard and the list behind it begin at the same moment."""

from datetime import datetime, time, timedelta

from django.utils import timezone


def beginning_of(days: int, *, now: datetime) -> datetime:
    """Of so many days, today being the last of them, by the campaign's own clock."""
    first = timezone.localtime(now).date() - timedelta(days=days - 1)
    return timezone.make_aware(datetime.combine(first, time.min))
