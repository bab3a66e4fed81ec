import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client

from tenants import hosts as hosts_module
from tenants.context import current_schema, public_context
from tenants.facts import TenantFacts, platform_url
from tenants.hosts import announce_registry_change, hosts
from tenants.models import Tenant
from tests.conftest import TenantClient

Change = Callable[..., None]


@pytest.fixture
def change(tenant: TenantFacts) -> Change:
    def apply(**values: object) -> None:
        with public_context():
            Tenant.objects.filter(uuid=tenant.uuid).update(**values)
        announce_registry_change()

    return apply


def test_an_unknown_host_has_a_page_that_says_so(db: None) -> None:
    answer = TenantClient("nobody.isoloir.localhost").get("/")
    assert answer.status_code == 404
    assert "Aucune campagne à cette adresse" in answer.content.decode()
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("host", ["nobody.isoloir.localhost", "closed"])
def test_what_is_not_open_has_a_style_too(host: str, tenant: TenantFacts, change: Change, settings: Any) -> None:
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True  # nothing is collected for tests
    change(state="closed")
    browser = TenantClient(tenant.primary_host if host == "closed" else host)
    style = re.search(r'rel="stylesheet" href="([^"]+)"', browser.get("/").content.decode())

    assert style is not None
    answer = browser.get(style[1])
    assert b"--encre" in answer.getvalue()
    answer.close()


def test_a_host_that_is_no_host_is_unknown_too(db: None) -> None:
    assert TenantClient("a_b..c/").get("/").status_code == 404


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        ("suspended", 503, "est suspendue"),
        ("provisioning", 503, "ouvre ses portes"),
        ("closed", 410, "a fermé"),
        ("erased", 410, "a fermé"),
    ],
)
def test_a_tenant_that_is_not_open_says_why(
    site: TenantClient, change: Change, state: str, status: int, words: str
) -> None:
    change(state=state)
    answer = site.get("/bureau/")
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("state", "comes_back"), [("closed", True), ("suspended", True), ("erased", False)])
def test_whoever_ran_a_closed_campaign_is_led_to_her_account(
    site: TenantClient, change: Change, state: str, comes_back: bool
) -> None:
    change(state=state)
    page = site.get("/").content.decode()
    assert (f'href="{platform_url("/compte/")}"' in page) is comes_back
    assert ("l’ouvrir de nouveau" in page) is (state == "closed")


def test_a_tenant_behind_the_codes_version_gets_a_maintenance_page(site: TenantClient, change: Change) -> None:
    change(schema_version="0000000000000000")
    answer = site.get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "en cours de mise à jour" in answer.content.decode()


def test_the_closed_page_speaks_english_to_who_asks_for_it(db: None) -> None:
    answer = TenantClient("nobody.isoloir.localhost").get("/", headers={"accept-language": "en-GB"})
    assert "No campaign lives here" in answer.content.decode()


def test_after_a_request_the_connection_is_nobodys(tenant: TenantFacts) -> None:

    Client(headers={"host": tenant.primary_host}).get("/media/nothing")
    assert current_schema() == "nobody"


def test_a_change_made_by_another_process_is_seen_after_a_second(
    tenant: TenantFacts, site: TenantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts_module, "RECHECK", 60.0)
    assert hosts.find(tenant.primary_host) == tenant
    with public_context():
        Tenant.objects.filter(uuid=tenant.uuid).update(state="suspended")
        cache.set(hosts_module.VERSION_KEY, "changed elsewhere", None)
    assert hosts.find(tenant.primary_host) == tenant
    monkeypatch.setattr(hosts_module, "RECHECK", 0.0)
    assert site.get("/").status_code == 503


def test_a_known_host_costs_no_query(tenant: TenantFacts, django_assert_num_queries: Callable[[int], object]) -> None:
    hosts.find(tenant.primary_host)
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        hosts.find(tenant.primary_host)


def test_the_platform_host_is_no_tenant(platform: TenantClient) -> None:
    assert platform.get("/bureau/").status_code == 404
    assert django_settings.PLATFORM_HOST == "isoloir.localhost"
