"""The frame of the office is kept from page to page: never from member to member, nor from campaign to campaign."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.template import Context, Template

from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.office.services.team import change_role
from tenants.users.models import User
from tests.conftest import TenantClient

PAGE = "/bureau/personnes/"


def props(browser: TenantClient, name: str) -> Any:
    page = browser.get(PAGE).content.decode()
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def names(browser: TenantClient) -> list[str]:
    """Of the items of the menu, and the member's own at the end."""
    return re.findall(r'"name": "([^"]+)"', json.dumps(props(browser, "wagtail-sidebar-props"), ensure_ascii=False))


def test_a_change_of_role_shows_on_the_next_page(
    office_as: Callable[[str], TenantClient], owner: User, member_as: Callable[[str], User]
) -> None:
    boris = member_as("manager")
    browser = office_as("manager")
    assert {"campaign", "team"} <= set(names(browser))

    change_role(member=boris, role="reader", by=owner)

    assert not {"campaign", "team"} & set(names(browser))


def test_a_new_name_shows_on_the_next_page(office: TenantClient) -> None:
    assert names(office)[-1] == "Ada"
    User.objects.filter(email="owner@example.org").update(first_name="Adèle")
    assert names(office)[-1] == "Adèle"


def test_two_campaigns_share_no_menu(office: TenantClient, other_tenant: TenantFacts) -> None:
    """Not even where the member of the one has the number of the other's."""
    ada = User.objects.get(email="owner@example.org")
    assert names(office)[-1] == "Ada"
    with tenant_context(other_tenant):
        stranger = User.objects.create_user("chloe@example.org", "correct horse", first_name="Chloé", pk=ada.pk)
        stranger.groups.add(Group.objects.get(name="reader"))
        browser = TenantClient(other_tenant.primary_host)
        browser.force_login(stranger)

    assert names(browser)[-1] == "Chloé"
    assert "team" not in names(browser)
    assert names(office)[-1] == "Ada"


def test_each_member_reads_her_own_language(office: TenantClient) -> None:
    assert "Tableau de bord" in str(props(office, "wagtail-sidebar-props"))
    User.objects.update(language="en")
    assert "Dashboard" in str(props(office, "wagtail-sidebar-props"))
    assert props(office, "wagtail-config")["STRINGS"]["MONTHS"][0] == "January"


def test_the_token_of_a_form_is_each_browsers_own(
    tenant: TenantFacts, owner: User, member_as: Callable[[str], User]
) -> None:
    browsers = [TenantClient(tenant.primary_host, enforce_csrf_checks=True) for _ in range(2)]
    for browser, member in zip(browsers, (owner, member_as("reader")), strict=True):
        browser.force_login(member)
    own, strange = (props(browser, "wagtail-config")["CSRF_TOKEN"] for browser in browsers)

    refused, taken = (
        browsers[0].post("/bureau/personnes/colonnes/", headers={"X-CSRFToken": token}) for token in (strange, own)
    )

    assert (refused.status_code, taken.status_code) == (403, 302)


@pytest.mark.parametrize("title", ["", "<b>Ada</b>"])
def test_an_icon_is_what_wagtail_draws(title: str) -> None:
    words = {"title": title}
    ours = Template('{% load wagtailadmin_tags %}{% icon name="user" title=title %}').render(Context(words))
    drawn = Template(
        '{% include "wagtailadmin/shared/icon.html" with name="user" classname="icon" title=title only %}'
    ).render(Context(words))
    assert ours == drawn
