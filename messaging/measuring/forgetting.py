"""What was measured ends: with her consent, with her erasure, and after thirteen months in any case."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection, transaction

from messaging.measuring.models import Click, Reading
from messaging.measuring.permission import MAY_MEASURE
from tenants.alarms import set_alarm

FORGET = "measuring.forget"  # the alarm
KEPT = timedelta(days=396)
AGAIN = timedelta(days=1)
AT_ONCE = 10_000
# The switch of the campaign is not asked: what is off may be put on again, and her agreement is still hers.
UNWANTED = f"""
SELECT r.id FROM measuring_reading r JOIN people_person p ON p.id = r.person_id
WHERE r.sent_at < %s OR NOT ({MAY_MEASURE.replace("WHERE measures_messages", "")}) LIMIT {AT_ONCE}"""  # noqa: S608 -- our own constants


def forget_people(person_ids: list[int], _now: datetime) -> None:
    """For an erasure, in its transaction; and for whoever takes her agreement back."""
    with transaction.atomic():
        _delete(list(Reading.objects.filter(person__in=person_ids).values_list("pk", flat=True)))


def forget_unwanted(*, now: datetime) -> int:
    """What is too old, and what is about people who do not agree any more; comes again while there is anything left."""
    deleted = 0
    while block := _unwanted(now):
        with transaction.atomic():
            _delete(block)
        deleted += len(block)
    if Reading.objects.exists():
        set_alarm(FORGET, due_at=now + AGAIN)
    return deleted


def watch_over(*, now: datetime) -> None:
    """Once an hour is enough for an alarm that comes once a day; the cache spares the query."""
    if cache.add("measuring.forget", 1, 3600):
        set_alarm(FORGET, due_at=now + AGAIN)


def _unwanted(now: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(UNWANTED, [now - KEPT])
        return [row[0] for row in cursor.fetchall()]


def _delete(reading_ids: list[int]) -> None:
    Click.objects.filter(reading__in=reading_ids).delete()
    Reading.objects.filter(pk__in=reading_ids).delete()
