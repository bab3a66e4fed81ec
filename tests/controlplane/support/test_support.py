"""The owner lets support in: on the platform's side the permission, on the campaign's side the visit."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from controlplane.audit.models import AuditEntry
from controlplane.models import Campaign
from controlplane.support.models import SupportGrant
from controlplane.support.services import NoPermission, grant_support, support_entry
from tenants.alarms import ring_due_alarms
from tenants.context import public_context, tenant_context
from tenants.entry import EntryInvalid, EntryUsed
from tenants.facts import TenantFacts
from tenants.office.models import SupportVisit
from tenants.office.services.entry import enter_by_link
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.database import TENANT

MakeCampaign = Callable[..., Campaign]
OperatorAs = Callable[[str], TenantClient]


@pytest.fixture
def campaign(public_schema: None, campaign_of: MakeCampaign, customer: User) -> Campaign:
    """The one whose office is the tests' tenant."""
    return campaign_of(customer, uuid=TENANT)


def address(campaign: Campaign, rest: str = "") -> str:
    return f"/compte/{campaign.uuid}/assistance/{rest}"


def let_in(campaign: Campaign, *, hours: int = 4) -> SupportGrant:
    with public_context():
        return grant_support(
            campaign=campaign, by=campaign.owner, reason="L’import s’arrête", hours=hours, now=timezone.now()
        )


def token(url: str) -> str:
    return parse_qs(urlsplit(url).query)["jeton"][0]


def open_office(browser: TenantClient, campaign: Campaign) -> Any:
    return browser.post(f"/console/campagnes/{campaign.pk}/assistance/")


def test_the_owner_lets_support_in_with_a_reason_and_for_a_time(signed_in: TenantClient, campaign: Campaign) -> None:
    signed_in.post(address(campaign), {"reason": "L’import s’arrête", "hours": "4"})
    grant = SupportGrant.objects.get()
    assert (grant.reason, grant.ends_at - grant.granted_at) == ("L’import s’arrête", timedelta(hours=4))
    assert AuditEntry.objects.get(action="support.granted").campaign_uuid == campaign.uuid
    assert "L’import s’arrête" in signed_in.get(address(campaign)).content.decode()


@pytest.mark.parametrize("values", [{"reason": "", "hours": "4"}, {"reason": "x", "hours": "500"}, {"reason": "x"}])
def test_no_permission_without_reason_or_for_too_long(
    signed_in: TenantClient, campaign: Campaign, values: dict[str, str]
) -> None:
    assert signed_in.post(address(campaign), values).status_code == 422
    assert not SupportGrant.objects.exists()


def test_a_stranger_lets_nobody_into_anothers_office(
    platform: TenantClient, stranger: User, campaign: Campaign
) -> None:
    platform.force_login(stranger)
    assert platform.post(address(campaign), {"reason": "x", "hours": "4"}).status_code == 404
    grant = let_in(campaign)
    assert platform.post(address(campaign, f"{grant.uuid}/retirer/")).status_code == 404
    grant.refresh_from_db()
    assert grant.revoked_at is None


@pytest.mark.parametrize("state", ["none", "over", "revoked"])
def test_no_operator_enters_without_a_permission_in_force(
    operator_as: OperatorAs, campaign: Campaign, state: str
) -> None:
    if state != "none":
        grant = let_in(campaign)
        ago = timezone.now() - timedelta(hours=9)
        changes = {"granted_at": ago, "ends_at": ago + timedelta(hours=1)} if state == "over" else {"revoked_at": ago}
        SupportGrant.objects.filter(pk=grant.pk).update(**changes)
    response = open_office(operator_as("administrator"), campaign)
    assert response["Location"] == f"/console/controlplane/campaign/{campaign.pk}/change/"
    assert not AuditEntry.objects.filter(action="support.entered").exists()
    with pytest.raises(NoPermission):
        support_entry(campaign=campaign, by=campaign.owner, now=timezone.now())


def test_readers_of_the_console_never_enter(operator_as: OperatorAs, campaign: Campaign) -> None:
    let_in(campaign)
    assert open_office(operator_as("reader"), campaign).status_code == 403


def enter(operator_as: OperatorAs, campaign: Campaign, tenant: TenantFacts) -> TenantClient:
    """As a browser does: the console's button, then the office's door."""
    url = open_office(operator_as("support"), campaign)["Location"]
    office = TenantClient(tenant.primary_host)
    assert office.post("/bureau/entrer/", {"jeton": token(url)})["Location"] == "/bureau/"
    return office


def test_support_enters_as_a_reader_whom_the_team_sees(
    tenant: TenantFacts, operator_as: OperatorAs, campaign: Campaign, office_as: OperatorAs
) -> None:
    grant = let_in(campaign)
    office = enter(operator_as, campaign, tenant)
    with tenant_context(tenant):
        visitor = User.objects.get(email__startswith="support-")
        assert (visitor.role, visitor.has_usable_password()) == ("reader", False)
        assert SupportVisit.objects.get().grant == grant.uuid
        assert office.session.get_expiry_age() <= 4 * 3600
    assert office.get("/bureau/personnes/").status_code == 200
    assert office.get("/bureau/equipe/").status_code == 403
    with tenant_context(tenant):
        team = office_as("owner").get("/bureau/equipe/").content.decode()
    assert "Okafor (Isoloir)" in team
    with public_context():
        entry = AuditEntry.objects.get(action="support.entered")
        assert (entry.actor, entry.campaign_uuid, entry.details) == ("operator", TENANT, {"grant": str(grant.uuid)})


def test_the_door_closes_by_itself_when_the_time_is_over(
    tenant: TenantFacts, operator_as: OperatorAs, campaign: Campaign, run_tasks: None
) -> None:
    let_in(campaign)
    office = enter(operator_as, campaign, tenant)
    ring_due_alarms(now=timezone.now() + timedelta(hours=3, minutes=59))
    assert office.get("/bureau/personnes/").status_code == 200
    ring_due_alarms(now=timezone.now() + timedelta(hours=4, minutes=1))
    assert office.get("/bureau/personnes/").status_code == 302
    with tenant_context(tenant):
        assert SupportVisit.objects.get().ended_at


def test_taken_back_support_is_out_at_once_and_cannot_return(
    tenant: TenantFacts,
    operator_as: OperatorAs,
    campaign: Campaign,
    signed_in: TenantClient,
    run_tasks: None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    grant = let_in(campaign)
    unused = token(open_office(operator_as("support"), campaign)["Location"])
    office = enter(operator_as, campaign, tenant)
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(address(campaign, f"{grant.uuid}/retirer/"))
    assert office.get("/bureau/personnes/").status_code == 302
    with tenant_context(tenant), pytest.raises(EntryInvalid):
        enter_by_link(token=unused, now=timezone.now())


def test_taken_back_before_anybody_came_the_way_in_is_closed_too(
    tenant: TenantFacts,
    operator_as: OperatorAs,
    campaign: Campaign,
    signed_in: TenantClient,
    run_tasks: None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    grant = let_in(campaign)
    unused = token(open_office(operator_as("support"), campaign)["Location"])
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(address(campaign, f"{grant.uuid}/retirer/"))
    with tenant_context(tenant):
        with pytest.raises(EntryInvalid):
            enter_by_link(token=unused, now=timezone.now())
        assert not User.objects.filter(email__startswith="support-").exists()


def test_the_team_can_shut_the_visitor_out_for_good(
    tenant: TenantFacts, operator_as: OperatorAs, campaign: Campaign
) -> None:
    let_in(campaign)
    unused = token(open_office(operator_as("support"), campaign)["Location"])
    enter(operator_as, campaign, tenant)
    with tenant_context(tenant):
        User.objects.filter(email__startswith="support-").update(is_active=False)
        with pytest.raises(EntryInvalid):
            enter_by_link(token=unused, now=timezone.now())


def test_a_link_of_support_works_once_and_in_its_own_campaign_only(
    tenant: TenantFacts, other_tenant: TenantFacts, operator_as: OperatorAs, campaign: Campaign
) -> None:
    let_in(campaign)
    link = token(open_office(operator_as("support"), campaign)["Location"])
    with tenant_context(other_tenant), pytest.raises(EntryInvalid):
        enter_by_link(token=link, now=timezone.now())
    with tenant_context(tenant):
        enter_by_link(token=link, now=timezone.now())
        with pytest.raises(EntryUsed):
            enter_by_link(token=link, now=timezone.now())


def test_the_link_tells_support_what_it_may_do_and_where_to_get_another(
    tenant: TenantFacts, operator_as: OperatorAs, campaign: Campaign
) -> None:
    let_in(campaign)
    link = token(open_office(operator_as("support"), campaign)["Location"])
    office = TenantClient(tenant.primary_host)
    welcome = office.get("/bureau/entrer/", {"jeton": link}).content.decode()
    office.post("/bureau/entrer/", {"jeton": link})
    used = office.post("/bureau/entrer/", {"jeton": link})

    assert "au titre de l’assistance" in welcome
    assert used.status_code == 410
    assert '/console/">Aller à la console' in used.content.decode()
    assert "votre mot de passe" not in used.content.decode()


def test_the_permission_says_what_it_is_for_on_the_campaigns_page(
    console: TenantClient, campaign: Campaign, now: datetime
) -> None:
    page = f"/console/controlplane/campaign/{campaign.pk}/change/"
    assert "assistance/" not in console.get(page).content.decode()
    let_in(campaign)
    html = console.get(page).content.decode()
    assert "L’import s’arrête" in html
    assert f"/console/campagnes/{campaign.pk}/assistance/" in html


def test_the_hours_are_told_in_the_language_of_the_reader(
    campaign: Campaign, customer: User, signed_in: TenantClient
) -> None:
    for language, hours in (("fr", ("1 heure", "72 heures")), ("en", ("1 hour", "72 hours"))):
        User.objects.filter(pk=customer.pk).update(language=language)
        choices = dict(signed_in.get(address(campaign)).context["form"].fields["hours"].choices)
        assert (choices[1], choices[72]) == hours
