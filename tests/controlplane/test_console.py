from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from controlplane.models import Campaign, Cell, Region
from tenants.users.models import User
from tests.conftest import TenantClient

MakeCampaign = Callable[..., Campaign]
pytestmark = pytest.mark.usefixtures("public_schema")
URLCONF = "config.urls_platform"
LIST = reverse("admin:controlplane_campaign_changelist", urlconf=URLCONF)
PAGES = [
    reverse(f"admin:{name}", urlconf=URLCONF)
    for name in (
        "index",
        "controlplane_campaign_changelist",
        "controlplane_cell_changelist",
        "controlplane_region_changelist",
        "users_user_changelist",
        "operators_operator_changelist",
    )
]


@pytest.mark.parametrize("page", PAGES)
def test_operators_read_every_page_in_both_languages(
    console: TenantClient, campaign_of: MakeCampaign, customer: User, page: str
) -> None:
    campaign_of(customer, contacts=900)
    for language in ("fr", "en"):
        User.objects.filter(is_staff=True).update(language=language)
        response = console.get(page)
        assert response.status_code == 200
        assert f'lang="{language}"' in response.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_customers_stay_out(signed_in: TenantClient, page: str) -> None:
    assert signed_in.get(page)["Location"].startswith("/console/login/")


def test_the_overview_counts_and_names_what_needs_eyes(
    console: TenantClient, campaign_of: MakeCampaign, customer: User
) -> None:
    campaign_of(customer, contacts=900, name="Presque pleine")
    campaign_of(customer, slug="echouee", name="Ouverture échouée", state="provisioning", opening="failed")
    context = console.get("/console/").context
    assert {state: number for _label, state, number in context["counts"]} == {"active": 1, "provisioning": 1}
    titles = " ".join(decision.title for decision in context["decisions"])
    assert "Presque pleine" in titles
    assert "Ouverture échouée" in titles
    assert [(cell.name, cell.taken) for cell in context["cells"]] == [("fr-1", 2)]


@pytest.mark.parametrize("words", ["Avec", "avec-ada", "uuid"])
def test_campaigns_are_found_by_name_address_and_identifier(
    console: TenantClient, campaign_of: MakeCampaign, customer: User, words: str
) -> None:
    campaign = campaign_of(customer)
    campaign_of(customer, slug="autre", name="Autre")
    found = console.get(LIST, {"q": str(campaign.uuid) if words == "uuid" else words}).context["cl"].result_list
    assert list(found) == [campaign]


@pytest.mark.parametrize("query", [{"plan": "1k"}, {"state__exact": "active"}, {"usage": "near"}])
def test_campaigns_are_filtered(
    console: TenantClient, campaign_of: MakeCampaign, customer: User, query: dict[str, str]
) -> None:
    campaign = campaign_of(customer, contacts=1200)
    campaign_of(customer, slug="autre", plan_code="5k", state="suspended")
    assert list(console.get(LIST, query).context["cl"].result_list) == [campaign]


def test_the_list_asks_as_much_for_three_as_for_one(
    console: TenantClient,
    campaign_of: MakeCampaign,
    customer: User,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    campaign_of(customer)
    console.get(LIST)
    with django_assert_max_num_queries(40) as one:
        console.get(LIST)
    campaign_of(customer, slug="deux")
    campaign_of(customer, slug="trois")
    with django_assert_num_queries(len(one)):
        console.get(LIST)


def test_nobody_changes_a_campaign_by_hand(console: TenantClient, campaign_of: MakeCampaign, customer: User) -> None:
    campaign = campaign_of(customer)
    address = reverse("admin:controlplane_campaign_change", args=[campaign.pk], urlconf=URLCONF)
    assert console.get(address).status_code == 200
    assert console.post(address, {"name": "Autre"}).status_code == 403
    assert console.post(f"{address}../delete/", {"post": "yes"}).status_code in (403, 404)
    assert Campaign.objects.get().name == "Avec Ada"


def test_an_operator_declares_a_host_and_closes_a_cell(console: TenantClient, region: Region) -> None:
    values = {"is_open": "on", "provider": "Hébergeur SA", "provider_law": "FR", "places": "Paris", "labels": "[]"}
    console.post(reverse("admin:controlplane_region_change", args=[region.pk], urlconf=URLCONF), values)
    cell = Cell.objects.get(name="fr-1")
    limits = {"state": "full", "soft_capacity": "300", "hard_capacity": "1000"}
    console.post(reverse("admin:controlplane_cell_change", args=[cell.pk], urlconf=URLCONF), limits)
    assert "Hébergeur SA" in console.get("/").content.decode()
    cell.refresh_from_db()
    assert cell.state == "full"


@pytest.mark.parametrize(
    "labels",
    ['[{"name": "SecNumCloud"}]', '[{"name": "A", "offer": "", "valid_until": "2028-01-31"}]', '{"a": 1}', "12"],
)
def test_a_label_that_claims_too_much_is_refused(console: TenantClient, region: Region, labels: str) -> None:
    values = {"is_open": "on", "provider": "", "provider_law": "", "places": "", "labels": labels}
    console.post(reverse("admin:controlplane_region_change", args=[region.pk], urlconf=URLCONF), values)
    region.refresh_from_db()
    assert region.labels == []


def test_a_label_is_shown_while_it_is_valid(public_schema: None) -> None:
    region = Region(code="xx", country="FR", labels=[{"name": "A", "offer": "B", "valid_until": "2028-01-31"}])
    assert [label.name for label in region.labels_valid_on(date(2028, 1, 31))] == ["A"]
    assert region.labels_valid_on(date(2028, 2, 1)) == []


def test_platform_settings_show_every_variable_and_no_secret(console: TenantClient) -> None:
    read = {variable.name: variable for variable in settings.ENVIRONMENT}
    page = console.get("/console/reglages/")
    shown = {variable.name: variable for _title, group in page.context["groups"] for variable in group}
    assert set(shown) == set(read)
    html = page.content.decode()
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SMTP_URL"):
        assert (read[name].is_secret, read[name].value, shown[name].value) == (True, "", "")
    assert settings.SECRET_KEY not in html
    assert settings.REDIS_URL not in html
    assert f"<code>{settings.PLATFORM_HOST}</code>" in html


def test_platform_settings_are_for_operators_alone(signed_in: TenantClient) -> None:
    assert signed_in.get("/console/reglages/")["Location"].startswith("/console/login/")


def test_on_a_phone_each_cell_of_a_list_knows_its_column(
    console: TenantClient, campaign_of: MakeCampaign, customer: User
) -> None:
    User.objects.filter(is_staff=True).update(language="fr")
    campaign_of(customer, contacts=900)
    html = console.get(LIST).content.decode()
    for label in ("Région", "Palier", "Contacts"):
        assert f' data-l="{label}"' in html


def test_an_empty_list_says_what_will_stand_there(console: TenantClient) -> None:
    User.objects.filter(is_staff=True).update(language="en")
    assert "No campaign yet." in console.get(LIST).content.decode()
    assert "Nothing fits." in console.get(LIST, {"q": "nobody"}).content.decode()


def test_the_admin_of_an_app_leads_to_the_overview(console: TenantClient) -> None:
    assert console.get("/console/controlplane/")["Location"] == "/console/"
