"""The demo's customer, campaign and team, by the services that the sign-up uses."""

from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic, sleep

from django.conf import settings

from billing.plans import PLANS
from controlplane.demo.campaign import NAME, OWNER, PASSWORD, SLUG, TEAM, Account, profile_facts
from controlplane.demo.operator import open_operator
from controlplane.models import Campaign, Region
from controlplane.services.campaigns import CampaignDraft, open_campaign
from tenants.bus import ProvisionRequest
from tenants.enums import TenantKind, TenantState
from tenants.facts import TenantFacts
from tenants.office.profile import campaign_profile
from tenants.office.services.profile import save_profile
from tenants.office.services.team import NewMember, add_member
from tenants.provisioning import provision, start_run
from tenants.queries import UnknownTenant, find_tenant_by_host, get_tenant
from tenants.users.models import User

PLACES = 10_000  # contacts of the plan: half full is a good picture
PATIENCE = 90.0  # seconds for a worker that is setting the campaign up at this moment


class DemoFailed(Exception):
    """The demo campaign could not be set up; the message says why."""


def open_demo(*, now: datetime) -> Campaign:
    """In the control plane's schema. Safe to run again."""
    open_operator(now=now)
    campaign = Campaign.objects.filter(slug=SLUG).first() or _open(now - timedelta(days=240))
    if settings.ROLE == "control":
        _wait_for_cell(campaign)
    else:
        _provision(campaign, now=now)
    return campaign


def demo_tenant() -> TenantFacts:
    """In the campaign's cell; raises DemoFailed."""
    tenant = find_tenant_by_host(f"{SLUG}.{settings.PLATFORM_HOST}")
    if tenant is None:
        raise DemoFailed("The demo campaign is not in this cell.")
    return tenant


def _open(now: datetime) -> Campaign:
    region = Region.objects.filter(code=settings.REGION).first() or Region.objects.filter(is_open=True).first()
    if region is None:
        raise DemoFailed("No region is open.")
    plan = next(plan for plan in PLANS if plan.contacts and plan.contacts >= PLACES)
    draft = CampaignDraft(name=NAME, slug=SLUG, kind=TenantKind.CANDIDATE, region=region, plan=plan, language="fr")
    return open_campaign(draft=draft, owner=_customer(OWNER), now=now)


def _customer(account: Account) -> User:
    user, created = User.objects.get_or_create(
        email=account.email,
        defaults={"first_name": account.first_name, "last_name": account.last_name, "language": "fr"},
    )
    if created:
        user.set_password(PASSWORD)
        user.save()
    return user


def _wait_for_cell(campaign: Campaign) -> None:
    """The request is on its way, and the cell tells of each step."""
    until = monotonic() + PATIENCE
    while Campaign.objects.filter(pk=campaign.pk).exclude(state=TenantState.ACTIVE).exists():
        if monotonic() > until:
            raise DemoFailed(f"The cell {campaign.cell.name} has not set the campaign up: look at its worker's log.")
        sleep(0.5)


def _provision(campaign: Campaign, *, now: datetime) -> None:
    """Set it up here and now, or wait for the worker that does so already: one lock, one of them."""
    start_run(_request(campaign))
    until = monotonic() + PATIENCE
    while True:
        provision(uuid=campaign.uuid, now=now)
        with suppress(UnknownTenant):  # the worker that is at it has not got that far
            if get_tenant(campaign.uuid).state == TenantState.ACTIVE:
                return
        if monotonic() > until:
            raise DemoFailed("The campaign is still not set up: look at the worker's log.")
        sleep(0.5)


def _request(campaign: Campaign) -> ProvisionRequest:
    return ProvisionRequest(
        uuid=campaign.uuid,
        slug=campaign.slug,
        name=campaign.name,
        kind=campaign.kind,
        region=campaign.region.code,
        cell=campaign.cell.name,
        language=campaign.language,
        plan_name=campaign.plan_code,
        contact_limit=campaign.plan.contacts,
    )


def fill_office(*, now: datetime) -> User:
    """In the campaign's schema: its words about itself and the team. Returns the owner."""
    profile = campaign_profile()
    if not profile.candidate_name:
        save_profile(profile=profile, now=now, **profile_facts(now))
    for account in (OWNER, *TEAM):
        if not User.objects.filter(email=account.email).exists():
            member = NewMember(account.email, account.role, "fr", account.first_name, account.last_name)
            user = add_member(member=member, now=now - timedelta(days=200))
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])
    return User.objects.get(email=OWNER.email)
