"""The site as the team edits it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sitebuilder.pages.blocks.streams import HomeStream
from sitebuilder.pages.models import HomePage, LegalNoticePage
from sitebuilder.pages.wagtail_hooks import home_was_published
from sitebuilder.themes.models import Appearance
from tenants.facts import TenantFacts
from tenants.office.profile import campaign_profile
from tenants.users.models import User


@pytest.fixture
def home(tenant: TenantFacts) -> HomePage:
    found: HomePage = HomePage.objects.get()
    return found


def test_one_address_leads_to_the_editor_of_the_home_page(office: Client, home: HomePage) -> None:
    answer = office.get("/bureau/site/accueil/", follow=True)

    assert answer.redirect_chain[-1][0] == f"/bureau/pages/{home.pk}/edit/"
    assert b'name="action-publish"' in answer.content


def test_a_reader_may_not_edit_the_site(office_as: Callable[[str], Client], home: HomePage) -> None:
    reader = office_as("reader")

    assert reader.post(f"/bureau/pages/{home.pk}/edit/", {"title": "Taken over"}).status_code in (302, 403)

    home.refresh_from_db()
    assert home.title != "Taken over"
    assert b"action-publish" not in reader.get(f"/bureau/pages/{home.pk}/edit/", follow=True).content


def test_the_editor_shows_the_page_before_it_is_published(office: Client, home: HomePage) -> None:
    home.title = "A draft"
    home.body[0].value["title"] = "Only in the draft"
    home.save_revision()

    draft = office.get(f"/bureau/pages/{home.pk}/view_draft/")

    assert "Only in the draft" in draft.content.decode().replace("</span> <span>", " ").replace("\n", " ")


@pytest.mark.parametrize("name", sorted(HomeStream().child_blocks))
def test_every_block_can_be_seen_before_it_is_chosen(office: Client, home: HomePage, name: str) -> None:
    block = HomePage.body.field.stream_block.child_blocks[name]

    shown = office.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})

    assert shown.status_code == 200
    assert "<section" in shown.content.decode()
    assert 'data-theme="affiche"' in shown.content.decode()


def test_every_block_says_what_it_is_for(tenant: TenantFacts) -> None:
    silent = [name for name, block in HomeStream().child_blocks.items() if not block.meta.description]

    assert silent == []


def test_the_home_page_cannot_be_deleted(office: Client, home: HomePage) -> None:
    office.post(f"/bureau/pages/{home.pk}/delete/")

    assert HomePage.objects.filter(pk=home.pk).exists()


def test_the_step_is_ticked_by_publishing(home: HomePage, owner: User) -> None:
    assert not home_was_published()

    home.save_revision(user=owner).publish(user=owner)

    assert home_was_published()


def test_the_team_is_told_what_the_legal_notice_lacks(office: Client, tenant: TenantFacts) -> None:
    page = LegalNoticePage.objects.get()

    html = office.get(f"/bureau/pages/{page.pk}/edit/").content.decode()

    assert "help-warning" in html


@pytest.mark.parametrize(
    ("role", "may"), [("owner", True), ("manager", True), ("communications", True), ("reader", False)]
)
def test_who_publishes_may_choose_the_theme(
    office_as: Callable[[str], Client], tenant: TenantFacts, role: str, may: bool
) -> None:
    client = office_as(role)
    url = client.get("/bureau/settings/themes/appearance/", follow=True).request["PATH_INFO"]

    client.post(url, {"theme": "tract"})

    assert Appearance.objects.filter(theme="tract").exists() is may


def test_a_corrected_color_says_why_in_the_office(office: Client, tenant: TenantFacts) -> None:
    profile = campaign_profile()
    profile.color = "#ffe600"
    profile.save()

    html = office.get("/bureau/settings/themes/appearance/", follow=True).content.decode()

    assert "WCAG" in html
    assert "#776c20" in html


def test_another_campaign_cannot_edit_the_page(office: Client, home: HomePage, other_tenant: TenantFacts) -> None:
    stranger: Any = Client(headers={"host": other_tenant.primary_host})
    stranger.cookies = office.cookies

    answer = stranger.get(f"/bureau/pages/{home.pk}/edit/")

    assert answer.status_code == 302
    assert "edit" not in answer["Location"].split("?")[0]
