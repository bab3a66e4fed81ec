from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from controlplane.enums import AlarmKind
from controlplane.models import Cell, OperatorAlarm
from controlplane.services.alarms import clear_alarm, mark_alarm_seen, raise_alarm

TEXT = "%(setting)s of the cell %(cell)s: %(problem)s"
FACTS = {"setting": "S3_BUCKET", "cell": "fr-1", "problem": "?"}


@pytest.fixture
def cell(public_schema: None) -> Cell:
    return Cell.objects.get(name="fr-1")


def raised(cell: Cell | None, now: datetime, subject: str = "S3_BUCKET") -> OperatorAlarm:
    return raise_alarm(kind=AlarmKind.RESIDENCY, cell=cell, subject=subject, text=TEXT, facts=FACTS, now=now)


def test_an_alarm_raised_twice_is_one_and_keeps_its_first_time(cell: Cell, now: datetime) -> None:
    first = raised(cell, now)
    again = raised(cell, now + timedelta(days=1))
    assert (first.pk, again.raised_at) == (again.pk, now)
    raised(cell, now, "REDIS_URL")
    raised(None, now)
    raised(None, now)
    assert OperatorAlarm.objects.standing().count() == 3


def test_an_alarm_that_is_over_and_comes_again_is_a_new_one(cell: Cell, now: datetime) -> None:
    first = raised(cell, now)
    assert clear_alarm(kind=AlarmKind.RESIDENCY, cell=cell, now=now) == 1
    assert clear_alarm(kind=AlarmKind.RESIDENCY, cell=cell, now=now) == 0
    assert raised(cell, now).pk != first.pk


def test_clearing_one_subject_leaves_the_others(cell: Cell, now: datetime) -> None:
    raised(cell, now)
    other = raised(cell, now, "REDIS_URL")
    clear_alarm(kind=AlarmKind.RESIDENCY, cell=cell, subject="S3_BUCKET", now=now)
    assert list(OperatorAlarm.objects.standing()) == [other]


def test_an_alarm_is_seen_once(cell: Cell, now: datetime) -> None:
    alarm = raised(cell, now)
    mark_alarm_seen(alarm=alarm, now=now)
    mark_alarm_seen(alarm=alarm, now=now + timedelta(hours=1))
    alarm.refresh_from_db()
    assert alarm.seen_at == now


def test_an_alarm_speaks_the_readers_language(cell: Cell, now: datetime) -> None:
    alarm = raise_alarm(kind=AlarmKind.RESIDENCY, cell=cell, text="region", now=now)
    with override("fr"):
        assert alarm.message == "région"
    assert raised(cell, now).message == "S3_BUCKET of the cell fr-1: ?"


def test_the_database_itself_refuses_the_same_alarm_twice(cell: Cell, now: datetime) -> None:
    raised(None, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        OperatorAlarm.objects.create(kind=AlarmKind.RESIDENCY, cell=None, subject="S3_BUCKET", text=TEXT, raised_at=now)
