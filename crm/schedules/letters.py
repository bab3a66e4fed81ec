"""What whoever made a scheduled import is told: that it failed, or that rows were set aside."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from crm.schedules.models import Fetch
from crm.schedules.wording import sentences
from tenants.context import require_tenant
from tenants.office.mails import send_office_mail
from tenants.users.permissions import can


def tell_outcome(*, fetch_id: int) -> bool:
    """False when nobody is left to be told."""
    fetch = Fetch.objects.select_related("scheduled__created_by", "import_run").filter(pk=fetch_id).first()
    member = fetch.scheduled.created_by if fetch else None
    if fetch is None or member is None or not can(member, "imports.view"):
        return False
    if fetch.import_run is not None:
        path = reverse("imports:report", args=[fetch.import_run.pk])
    else:
        path = reverse("schedules:page", args=[fetch.scheduled_id])
    with override(member.language):
        what, repair = sentences(fetch.failure, fetch.detail) if fetch.failure else ("", "")
    send_office_mail(
        name="scheduled_import",
        to=member.email,
        language=member.language,
        context={
            "scheduled": fetch.scheduled,
            "what": what,
            "repair": repair,
            "rejected": fetch.import_run.rejected if fetch.import_run else 0,
            "run": fetch.import_run,
            "url": require_tenant().absolute_url(path),
            "action": _("See what happened"),
        },
    )
    return True
