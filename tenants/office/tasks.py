from uuid import UUID

from celery import shared_task
from django.utils import timezone

from tenants.tasking import TenantTask


@shared_task(name="office.send_invitation", base=TenantTask, ignore_result=True)
def send_invitation_task(*, invitation_id: int) -> None:
    from tenants.office.letters import send_invitation  # noqa: PLC0415 -- task leaf

    send_invitation(invitation_id=invitation_id)


@shared_task(name="office.send_password_link", base=TenantTask, ignore_result=True)
def send_password_link_task(*, user_id: int) -> None:
    from tenants.office.letters import send_password_link  # noqa: PLC0415 -- task leaf

    send_password_link(user_id=user_id)


@shared_task(name="office.send_factor_news", base=TenantTask, ignore_result=True)
def send_factor_news_task(*, event_id: int) -> None:
    from tenants.office.letters import send_factor_news  # noqa: PLC0415 -- task leaf

    send_factor_news(event_id=event_id)


@shared_task(name="office.end_support", base=TenantTask, ignore_result=True)
def end_support_task(*, key: str) -> None:
    from tenants.office.services.support import end_visits  # noqa: PLC0415 -- task leaf

    end_visits(grant=UUID(key), now=timezone.now())
