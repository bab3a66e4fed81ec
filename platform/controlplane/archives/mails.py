from django.conf import settings
from django.urls import reverse

from controlplane.archives.models import MoveAgreement
from controlplane.jobs.models import CampaignJob
from controlplane.services.mails import send_control_mail
from tenants.facts import platform_url


def send_export_ready_mail(*, job_id: int) -> None:
    """Tell the owner that her export is ready. The mail holds the way to it, and nothing of it."""
    job = CampaignJob.objects.select_related("campaign__owner").get(pk=job_id)
    owner = job.campaign.owner
    link = platform_url(reverse("controlplane:data", args=[job.campaign.uuid]))
    context = {"campaign": job.campaign, "link": link}
    send_control_mail("export_ready", to=owner.email, language=owner.language, context=context)


def send_agreement_asked_mail(*, agreement_id: int) -> None:
    """Ask the owner whether her campaign may leave its region."""
    agreement = _agreement(agreement_id)
    owner = agreement.campaign.owner
    link = platform_url(reverse("controlplane:agreement", args=[agreement.campaign.uuid]))
    context = {"agreement": agreement, "campaign": agreement.campaign, "link": link}
    send_control_mail("agreement_asked", to=owner.email, language=owner.language, context=context)


def send_agreement_answer_mail(*, agreement_id: int) -> None:
    """Tell the operators what the owner said."""
    agreement = _agreement(agreement_id)
    link = platform_url(reverse("admin:campaign_archives_move_new", args=[agreement.campaign_id]))
    context = {"agreement": agreement, "campaign": agreement.campaign, "link": link}
    for _name, address in settings.ADMINS:
        send_control_mail("agreement_answer", to=address, language=settings.LANGUAGE_CODE, context=context)


def _agreement(pk: int) -> MoveAgreement:
    return MoveAgreement.objects.select_related("campaign__owner", "campaign__region", "region").get(pk=pk)
