from celery import shared_task

from messaging.deliveries.channels import ProviderUnavailable
from tenants.tasking import TenantTask


@shared_task(
    name="email.send_trial",
    base=TenantTask,
    autoretry_for=(ProviderUnavailable,),
    max_retries=5,
    retry_backoff=5,
)
def send_trial_task(*, message_id: int, member_ids: list[int], person_id: int | None) -> None:
    from messaging.email.trials import deliver_trial  # noqa: PLC0415 -- task leaf

    deliver_trial(message_id=message_id, member_ids=member_ids, person_id=person_id)
