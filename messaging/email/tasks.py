from celery import shared_task
from django.utils import timezone

from messaging.deliveries.channels import ProviderUnavailable
from tenants.lifecycle.dns import DnsUnreachable
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


@shared_task(name="email.check_domain", base=TenantTask)
def check_domain_task(*, key: str) -> None:
    """The alarm: once a day, whether the DNS still shows the campaign's key."""
    from messaging.email.sending_domain import SOON, check_domain, look_again  # noqa: PLC0415 -- task leaf

    try:
        check_domain(now=timezone.now())
    except DnsUnreachable:
        look_again(now=timezone.now(), after=SOON)
