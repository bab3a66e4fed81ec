from celery import shared_task
from django.utils import timezone

from tenants.tasking import PublicTask


@shared_task(
    name="campaign_archives.send_export_ready",
    base=PublicTask,
    autoretry_for=(OSError,),
    max_retries=8,
    retry_backoff=5,
)
def send_export_ready_task(*, job_id: int) -> None:
    from controlplane.archives.mails import send_export_ready_mail  # noqa: PLC0415 -- task leaf

    send_export_ready_mail(job_id=job_id)


@shared_task(
    name="campaign_archives.send_agreement_asked",
    base=PublicTask,
    autoretry_for=(OSError,),
    max_retries=8,
    retry_backoff=5,
)
def send_agreement_asked_task(*, agreement_id: int) -> None:
    from controlplane.archives.mails import send_agreement_asked_mail  # noqa: PLC0415 -- task leaf

    send_agreement_asked_mail(agreement_id=agreement_id)


@shared_task(
    name="campaign_archives.send_agreement_answer",
    base=PublicTask,
    autoretry_for=(OSError,),
    max_retries=8,
    retry_backoff=5,
)
def send_agreement_answer_task(*, agreement_id: int) -> None:
    from controlplane.archives.mails import send_agreement_answer_mail  # noqa: PLC0415 -- task leaf

    send_agreement_answer_mail(agreement_id=agreement_id)


@shared_task(name="campaign_archives.go_on_with_moves", base=PublicTask)
def go_on_with_moves_task() -> None:
    from controlplane.archives.moving import erase_left_campaigns, resume_moves  # noqa: PLC0415 -- task leaf

    now = timezone.now()
    resume_moves(now=now)
    erase_left_campaigns(now=now)
