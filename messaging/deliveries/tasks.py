from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from tenants.alarms import set_alarm
from tenants.tasking import TenantTask

SLICE_SECONDS = 15.0  # then the other campaigns' tasks have their turn


@shared_task(name="deliveries.prepare_mailing", base=TenantTask)
def prepare_mailing_task(*, mailing_id: int) -> None:
    from messaging.deliveries.services import prepare_mailing  # noqa: PLC0415 -- task leaf

    prepare_mailing(mailing_id=mailing_id, now=timezone.now())


@shared_task(name="deliveries.send_mailing", base=TenantTask)
def send_mailing_task(*, mailing_id: int) -> None:
    """One link of a chain: sends for a while, then queues the next link behind what the others have asked for."""
    from messaging.deliveries.engine import send_due_batches  # noqa: PLC0415 -- task leaf
    from messaging.deliveries.services import finish_mailing, start_mailing  # noqa: PLC0415 -- task leaf

    start_mailing(mailing_id=mailing_id, now=timezone.now())
    if send_due_batches(mailing_id=mailing_id, now=timezone.now(), seconds=SLICE_SECONDS):
        send_mailing_task.delay(mailing_id=mailing_id)
    else:
        finish_mailing(mailing_id=mailing_id, now=timezone.now())


@shared_task(name="deliveries.watch_mailing", base=TenantTask)
def watch_mailing_task(*, key: str) -> None:
    """The alarm: starts what is due, takes up what a killed worker left, comes back as long as there is work."""
    from messaging.deliveries.queries import next_look  # noqa: PLC0415 -- task leaf
    from messaging.deliveries.services import finish_mailing, prepare_mailing  # noqa: PLC0415 -- task leaf

    mailing_id, now = int(key), timezone.now()
    prepare_mailing(mailing_id=mailing_id, now=now)
    finish_mailing(mailing_id=mailing_id, now=now)
    look = next_look(mailing_id, now=now)
    if look.again_at:
        watch_later(mailing_id, look.again_at)
    if look.work_is_due:
        send_mailing_task.delay(mailing_id=mailing_id)


@shared_task(name="deliveries.erase_unanswered", base=TenantTask, also_when_closed=True)
def erase_unanswered_task(*, key: str) -> None:
    """The alarm, sixty days after a request began; and again as long as somebody is left."""
    from messaging.deliveries.requests import erase_unanswered  # noqa: PLC0415 -- task leaf

    erase_unanswered(mailing_id=int(key), now=timezone.now())


def watch_later(mailing_id: int, due_at: datetime) -> None:
    set_alarm("deliveries.watch", due_at=max(due_at, timezone.now() + timedelta(seconds=1)), key=str(mailing_id))
