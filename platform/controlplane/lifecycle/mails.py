from django.urls import reverse

from controlplane.jobs.models import CampaignJob
from controlplane.lifecycle.models import CampaignDomain
from controlplane.lifecycle.queries import life_of
from controlplane.services.mails import send_control_mail
from tenants.enums import TenantState
from tenants.facts import platform_url
from tenants.lifecycle.kinds import CLOSE, ERASE, SUSPEND

MAILS = {
    SUSPEND: (TenantState.SUSPENDED, "campaign_suspended"),
    CLOSE: (TenantState.CLOSED, "campaign_closed"),
    ERASE: (TenantState.ERASED, "campaign_erased"),
}


def send_life_mail(*, job_id: int) -> None:
    """Tell the owner what has become of her campaign, unless it has become something else meanwhile."""
    job = CampaignJob.objects.select_related("campaign__owner").get(pk=job_id)
    campaign, owner = job.campaign, job.campaign.owner
    state, name = MAILS[job.kind]
    if campaign.state != state:
        return
    page = "controlplane:erased" if job.kind == ERASE else "controlplane:campaign"
    link = platform_url(reverse(page, args=[campaign.uuid]))
    context = {"campaign": campaign, "life": life_of(campaign), "link": link}
    send_control_mail(name, to=owner.email, language=owner.language, context=context)


def send_domain_mail(*, domain_id: int) -> None:
    """Tell the owner that the proof of her domain is missing, unless it is back or the domain gone by now."""
    missing = CampaignDomain.objects.select_related("campaign__owner").exclude(closes_at=None)
    domain = missing.filter(pk=domain_id).first()
    if domain is None:
        return
    campaign, owner = domain.campaign, domain.campaign.owner
    link = platform_url(reverse("controlplane:domain", args=[campaign.uuid, domain.pk]))
    context = {"campaign": campaign, "domain": domain, "link": link}
    send_control_mail("domain_missing", to=owner.email, language=owner.language, context=context)


def send_domain_closed_mail(*, job_id: int) -> None:
    job = CampaignJob.objects.select_related("campaign__owner").get(pk=job_id)
    campaign, owner = job.campaign, job.campaign.owner
    link = platform_url(reverse("controlplane:address", args=[campaign.uuid]))
    context = {"campaign": campaign, "domain": job.parameters["domain"], "link": link}
    send_control_mail("domain_closed", to=owner.email, language=owner.language, context=context)
