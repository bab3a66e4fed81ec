import re
from dataclasses import replace
from datetime import datetime

import pytest
from django.test import Client
from wagtail.models import Page, Site

from sitebuilder.pages.models import HomePage, ThanksPage
from sitebuilder.pages.starter import create_starter_pages
from tenants.enums import TenantKind
from tenants.facts import TenantFacts
from tenants.office.models import CampaignProfile
from tenants.office.profile import campaign_profile


def start_again(tenant: TenantFacts, now: datetime, kind: str = "candidate", language: str = "fr") -> HomePage:
    """As provisioning does it in a campaign of this kind."""
    for page in HomePage.objects.all():
        page.delete()
    profile = campaign_profile()
    profile.kind = kind
    profile.save()
    create_starter_pages(tenant=replace(tenant, language=language), now=now)
    home: HomePage = HomePage.objects.get()
    return home


def test_running_it_again_makes_nothing_twice_and_changes_nothing(tenant: TenantFacts, now: datetime) -> None:
    ThanksPage.objects.update(title="Ours")
    before = list(Page.objects.order_by("pk").values_list("pk", "title", "url_path"))

    create_starter_pages(tenant=tenant, now=now)

    assert list(Page.objects.order_by("pk").values_list("pk", "title", "url_path")) == before
    assert Site.objects.count() == 1


def test_what_a_killed_worker_left_out_is_added(tenant: TenantFacts, now: datetime) -> None:
    ThanksPage.objects.get().delete()

    create_starter_pages(tenant=tenant, now=now)

    assert ThanksPage.objects.get().slug == "merci"


@pytest.mark.parametrize("kind", TenantKind.values)
def test_each_kind_has_a_home_page_that_stands(site: Client, tenant: TenantFacts, now: datetime, kind: str) -> None:
    start_again(tenant, now, kind)

    html = site.get("/").content.decode()

    assert html.count("<h1") == 1
    assert html.count('class="proposal"') == 4
    assert html.count("<form") == 2


def test_the_pages_are_in_the_language_of_the_campaign(tenant: TenantFacts, now: datetime) -> None:
    french = start_again(tenant, now, language="fr")
    titles = {page.title for page in french.get_children()}
    assert {"Mentions légales", "Vos données", "Merci"} <= titles

    english = start_again(tenant, now, language="en")
    titles = {page.title for page in english.get_children()}
    assert {"Legal notice", "Your data", "Thank you"} <= titles


def test_the_profile_fills_the_opening(site: Client, tenant: TenantFacts, now: datetime) -> None:
    CampaignProfile.objects.update(
        tagline="Marseille à voix haute", candidate_name="Inès Castellan", election_label="Élections municipales"
    )
    start_again(tenant, now)

    opening = site.get("/").content.decode()

    title = re.findall(r"<h1[^>]*>(.*?)</h1>", opening)[0]
    assert re.sub(r"<[^>]+>", "", title) == "Marseille à voix haute"
    assert "Inès Castellan" in opening
    assert "Élections municipales" in opening


def test_a_small_campaign_shows_no_small_number(site: Client, tenant: TenantFacts) -> None:
    assert "counters" not in site.get("/").content.decode()


def test_the_menu_leads_to_blocks_and_pages(site: Client, tenant: TenantFacts) -> None:
    home, about = site.get("/").content.decode(), site.get("/qui-sommes-nous/").content.decode()

    assert 'href="#questions"' in home
    assert 'id="questions"' in home
    assert 'href="/#questions"' in about
    assert '<a href="/qui-sommes-nous/" aria-current="page">' in about
