from celery import shared_task
from django.utils import timezone

from tenants.tasking import PublicTask


@shared_task(
    name="controlplane.send_confirmation", base=PublicTask, autoretry_for=(OSError,), max_retries=8, retry_backoff=5
)
def send_confirmation_task(*, sign_up_id: int) -> None:
    from controlplane.services.mails import send_confirmation_mail  # noqa: PLC0415 -- task leaf

    send_confirmation_mail(sign_up_id=sign_up_id)


@shared_task(
    name="controlplane.send_office_ready", base=PublicTask, autoretry_for=(OSError,), max_retries=8, retry_backoff=5
)
def send_office_ready_task(*, campaign_id: int) -> None:
    from controlplane.services.mails import send_office_ready_mail  # noqa: PLC0415 -- task leaf

    send_office_ready_mail(campaign_id=campaign_id)


@shared_task(
    name="controlplane.send_password_reset", base=PublicTask, autoretry_for=(OSError,), max_retries=8, retry_backoff=5
)
def send_password_reset_task(*, user_id: int) -> None:
    from controlplane.services.mails import send_password_reset_mail  # noqa: PLC0415 -- task leaf

    send_password_reset_mail(user_id=user_id)


@shared_task(name="controlplane.resume_silent_openings", base=PublicTask)
def resume_silent_openings_task() -> None:
    from controlplane.services.campaigns import resume_silent_openings  # noqa: PLC0415 -- task leaf

    resume_silent_openings(now=timezone.now())


@shared_task(name="controlplane.forget_sign_ups", base=PublicTask)
def forget_sign_ups_task() -> None:
    from controlplane.services.signups import forget_sign_ups  # noqa: PLC0415 -- task leaf

    forget_sign_ups(now=timezone.now())


@shared_task(name="controlplane.forget_old_usage", base=PublicTask)
def forget_old_usage_task() -> None:
    from controlplane.services.campaigns import forget_old_usage  # noqa: PLC0415 -- task leaf

    forget_old_usage(now=timezone.now())


@shared_task(name="controlplane.watch_residency", base=PublicTask)
def watch_residency_task() -> None:
    from controlplane.services.residency import watch_residency  # noqa: PLC0415 -- task leaf

    watch_residency(now=timezone.now())


@shared_task(name="controlplane.watch_cells", base=PublicTask)
def watch_cells_task() -> None:
    from controlplane.services.health import watch_cells  # noqa: PLC0415 -- task leaf

    watch_cells(now=timezone.now())


@shared_task(name="controlplane.send_alarm", base=PublicTask, autoretry_for=(OSError,), max_retries=8, retry_backoff=5)
def send_alarm_task(*, alarm_id: int) -> None:
    from controlplane.services.mails import send_alarm_mail  # noqa: PLC0415 -- task leaf

    send_alarm_mail(alarm_id=alarm_id)


@shared_task(
    name="controlplane.send_factor_news", base=PublicTask, autoretry_for=(OSError,), max_retries=8, retry_backoff=5
)
def send_factor_news_task(*, user_id: int, kind: str) -> None:
    from controlplane.services.mails import send_factor_news  # noqa: PLC0415 -- task leaf

    send_factor_news(user_id=user_id, kind=kind)
