from celery import shared_task

from tenants.tasking import PublicTask


@shared_task(
    name="fleet.send_upgrade_report", base=PublicTask, autoretry_for=(OSError,), max_retries=8, retry_backoff=5
)
def send_upgrade_report_task(*, run_id: int) -> None:
    from controlplane.fleet.mails import send_upgrade_report  # noqa: PLC0415 -- task leaf

    send_upgrade_report(run_id=run_id)
