from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from wagtail.admin.utils import get_admin_base_url
from wagtail.models import Page, Site

from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.office.contrast import contrast, readable_color
from tenants.office.panels import PlanUse
from tenants.office.profile import campaign_profile
from tenants.office.queries import days_to_election, missing_from_legal_notice
from tenants.office.services.profile import save_profile
from tenants.users.models import User
from tests.conftest import TenantClient


def test_the_profile_starts_with_what_the_campaign_said_when_it_signed_up(tenant: TenantFacts) -> None:
    profile = campaign_profile()

    assert (profile.display_name, profile.kind) == (tenant.name, tenant.kind)


def test_a_section_is_kept_and_leaves_the_others_alone(office: TenantClient, tenant: TenantFacts) -> None:
    office.post("/bureau/reglages/donnees/", {"dpo_email": "dpo@example.org", "retention_text": "Six mois."})
    office.post("/bureau/reglages/envoi/", {"sender_name": "Ada", "reply_to_email": "ada@example.org"})

    profile = campaign_profile()
    assert (profile.dpo_email, profile.sender_name, profile.display_name) == ("dpo@example.org", "Ada", tenant.name)


def test_networks_are_kept_when_they_are_whole_addresses(office: TenantClient) -> None:
    words = {"color": "#123456", "social_bluesky": "https://bsky.app/profile/x", "social_x": ""}
    assert office.post("/bureau/reglages/apparence/", words).status_code == 302
    bad = office.post("/bureau/reglages/apparence/", {**words, "social_x": "javascript:alert(1)"})

    assert bad.status_code == 422
    assert campaign_profile().social_links == {"bluesky": "https://bsky.app/profile/x"}


@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("communications", 403), ("reader", 403)])
def test_the_settings_are_for_those_who_may_edit_them(
    role: str, status: int, office_as: Callable[[str], TenantClient]
) -> None:
    assert office_as(role).get("/bureau/reglages/").status_code == status


@pytest.mark.parametrize(("role", "exports"), [("owner", True), ("manager", False)])
def test_the_list_of_the_settings_shows_each_page_that_one_may_open(
    role: str, exports: bool, office_as: Callable[[str], TenantClient]
) -> None:
    browser = office_as(role)
    first, votes = (browser.get(f"/bureau/reglages/{path}").content.decode() for path in ("", "votes/"))

    assert ('href="/bureau/reglages/export/tout/"' in first) is exports
    assert '<span aria-current="page">Identité</span>' in first
    assert 'href="/bureau/reglages/votes/"' in first
    assert 'href="/bureau/reglages/identite/"' in votes
    assert '<span aria-current="page">Scrutins et heures</span>' in votes


def test_an_unknown_section_is_not_found(office: TenantClient) -> None:
    assert office.get("/bureau/reglages/autre/").status_code == 404


def test_what_is_missing_from_the_legal_notice_shrinks_as_it_is_filled(tenant: TenantFacts, now: datetime) -> None:
    profile = campaign_profile()
    before = len(missing_from_legal_notice(profile))

    save_profile(profile=profile, now=now, publisher_name="Association Demain")

    assert len(missing_from_legal_notice(campaign_profile())) == before - 1


def test_the_days_to_the_election_are_counted(tenant: TenantFacts) -> None:
    profile = campaign_profile()
    profile.election_on = date(2027, 4, 18)

    assert days_to_election(profile, today=date(2026, 11, 22)) == 147
    assert days_to_election(profile, today=date(2027, 4, 18)) == 0
    assert days_to_election(profile, today=date(2027, 4, 19)) is None


@pytest.mark.parametrize("asked", ["#ffd700", "#00ff00", "#ffffff", "#c9861a"])
def test_a_color_that_cannot_be_read_is_made_darker_until_it_can(asked: str) -> None:
    readable = readable_color(asked)

    assert readable.is_corrected
    assert contrast(readable.color, "#ffffff") >= 4.5


def test_a_readable_color_is_left_as_it_is() -> None:
    assert readable_color("#101B34").color == "#101b34"
    assert not readable_color("#101b34").is_corrected


@pytest.mark.parametrize(
    ("count", "near", "over", "percent"), [(199, False, False, 79), (200, True, False, 80), (251, False, True, 100)]
)
def test_a_plan_says_when_it_is_nearly_full_and_when_it_is_over(
    count: int, near: bool, over: bool, percent: int
) -> None:
    use = PlanUse("Free", count, 250)

    assert (use.is_near, use.is_over, use.percent) == (near, over, percent)


def test_wagtail_names_the_campaign_whose_work_it_is(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    assert get_admin_base_url() == tenant.absolute_url("")
    assert tenant.absolute_url("/x") == django_settings.WAGTAILADMIN_BASE_URL + "/x"
    with tenant_context(other_tenant):
        assert get_admin_base_url() == other_tenant.absolute_url("")


def test_the_home_page_cannot_be_deleted(office: TenantClient) -> None:
    home = Site.objects.get().root_page

    office.post(f"/bureau/pages/{home.pk}/delete/")

    assert Page.objects.filter(pk=home.pk).exists()


def test_the_home_page_cannot_be_deleted_in_bulk(office: TenantClient) -> None:
    home = Site.objects.get().root_page

    office.post(f"/bureau/bulk/wagtailcore/page/delete/?id={home.pk}")

    assert Page.objects.filter(pk=home.pk).exists()


def test_a_member_changes_her_name_and_her_language(office: TenantClient, tenant: TenantFacts) -> None:
    words = {"form": "account", "first_name": "Adèle", "last_name": "D", "email": "owner@example.org", "language": "en"}

    office.post("/bureau/account/", words)

    assert "Hello Adèle" in (page := office.get("/bureau/").content.decode()) or "Welcome, Adèle" in page


def test_a_new_password_needs_the_old_one(office: TenantClient) -> None:
    words = {"form": "password", "new_password1": "marché du Prado", "new_password2": "marché du Prado"}

    refused = office.post("/bureau/account/", {**words, "old_password": "no"})
    taken = office.post("/bureau/account/", {**words, "old_password": "correct horse"})

    assert (refused.status_code, taken.status_code) == (422, 302)
    assert User.objects.get().check_password("marché du Prado")


def test_a_new_address_needs_the_password(office: TenantClient) -> None:
    words = {"form": "account", "first_name": "Ada", "last_name": "D", "email": "new@example.org", "language": "fr"}

    refused = office.post("/bureau/account/", words)
    assert (refused.status_code, User.objects.get().email) == (422, "owner@example.org")

    office.post("/bureau/account/", {**words, "current_password": "correct horse"})
    assert User.objects.get().email == "new@example.org"


def test_the_operator_of_the_platform_is_proposed_as_the_host(office: TenantClient, settings: Any) -> None:
    settings.OPERATOR = {"name": "Isoloir SAS", "address": "2 rue du Port, Brest", "phone": ""}
    assert "Isoloir SAS\n2 rue du Port, Brest</textarea>" in office.get("/bureau/reglages/mentions/").content.decode()

    office.post("/bureau/reglages/mentions/", {"host_text": "Un autre"})
    assert "Isoloir SAS" not in office.get("/bureau/reglages/mentions/").content.decode()
