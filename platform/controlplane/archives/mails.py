from django.urls import reverse

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
