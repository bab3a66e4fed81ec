from celery import shared_task
from django.utils import timezone

from tenants.tasking import PublicTask


@shared_task(name="lifecycle.ask_for_overdue_erasures", base=PublicTask)
def ask_for_overdue_erasures_task() -> None:
    from controlplane.lifecycle.services.states import ask_for_overdue_erasures  # noqa: PLC0415 -- task leaf

    ask_for_overdue_erasures(now=timezone.now())


@shared_task(name="lifecycle.send_life_mail", base=PublicTask, autoretry_for=(OSError,), max_retries=8, retry_backoff=5)
def send_life_mail_task(*, job_id: int) -> None:
    from controlplane.lifecycle.mails import send_life_mail  # noqa: PLC0415 -- task leaf

    send_life_mail(job_id=job_id)


@shared_task(
    name="lifecycle.send_domain_mail", base=PublicTask, autoretry_for=(OSError,), max_retries=8, retry_backoff=5
)
def send_domain_mail_task(*, domain_id: int) -> None:
    from controlplane.lifecycle.mails import send_domain_mail  # noqa: PLC0415 -- task leaf

    send_domain_mail(domain_id=domain_id)


@shared_task(
    name="lifecycle.send_domain_closed_mail",
    base=PublicTask,
    autoretry_for=(OSError,),
    max_retries=8,
    retry_backoff=5,
)
def send_domain_closed_mail_task(*, job_id: int) -> None:
    from controlplane.lifecycle.mails import send_domain_closed_mail  # noqa: PLC0415 -- task leaf

    send_domain_closed_mail(job_id=job_id)
