from django.conf import settings
from django.urls import reverse

from controlplane.fleet.models import FleetRun
from controlplane.fleet.queries import failed_migrations
from controlplane.services.mails import send_control_mail
from tenants.facts import platform_url

MOST = 20


def send_upgrade_report(*, run_id: int) -> None:
    """Tell the operators how an upgrade of a cell ended, and which campaigns keep their maintenance page."""
    run = FleetRun.objects.get(pk=run_id)
    behind = [campaign for campaign in failed_migrations() if campaign.cell.name == run.cell]
    context = {
        "run": run,
        "minutes": round((run.finished_at - run.started_at).total_seconds() / 60, 1) if run.finished_at else None,
        "behind": behind[:MOST],
        "more": max(0, len(behind) - MOST),
        "link": platform_url(reverse("admin:fleet_fleetrun_changelist")),
    }
    for _name, address in settings.ADMINS:
        send_control_mail("upgrade", to=address, language=settings.LANGUAGE_CODE, context=context)
