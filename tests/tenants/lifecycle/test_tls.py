from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.hosts import announce_registry_change, hosts
from tenants.lifecycle.kinds import ADD_DOMAIN
from tenants.models import Tenant
from tests.tenants.lifecycle.conftest import Do
from tests.tenants.lifecycle.dns_server import Zone


def ask(domain: str, host: str = "127.0.0.1") -> int:
    return Client(headers={"host": host}).get("/interne/tls", {"domain": domain}).status_code


def test_the_platform_and_open_campaigns_may_have_a_certificate(tenant: TenantFacts) -> None:
    assert ask(settings.PLATFORM_HOST) == ask(tenant.primary_host) == ask(tenant.primary_host.upper() + ".") == 200


@pytest.mark.parametrize("domain", ["", "www.pirate.fr", "x.isoloir.localhost", "a" * 300, "127.0.0.1"])
def test_nobody_else(tenant: TenantFacts, domain: str) -> None:
    assert ask(domain) == 404


@pytest.mark.parametrize(
    ("state", "status"),
    [("suspended", 200), ("closed", 200), ("moving", 200), ("provisioning", 404), ("erased", 404)],
)
def test_a_host_with_a_page_to_show_may(tenant: TenantFacts, state: str, status: int) -> None:
    with public_context():
        Tenant.objects.filter(uuid=tenant.uuid).update(state=state)
    announce_registry_change()
    assert ask(tenant.primary_host) == status


def test_a_domain_may_once_it_is_proved(tenant: TenantFacts, do: Do, zone: Zone) -> None:
    assert ask("www.demain.fr") == 404
    do(ADD_DOMAIN, domain="www.demain.fr", token="x", is_primary=False)
    assert ask("www.demain.fr") == 404
    zone.aliases["www.demain.fr"] = tenant.platform_host
    do(ADD_DOMAIN, domain="www.demain.fr", token="x", is_primary=False)
    assert ask("www.demain.fr") == 200


def test_a_known_host_costs_no_query(tenant: TenantFacts, django_assert_num_queries: Callable[[int], Any]) -> None:
    hosts.find(tenant.primary_host)
    with django_assert_num_queries(0):
        assert ask(tenant.primary_host) == 200


def test_a_flood_of_unknown_names_is_refused_and_known_ones_are_still_answered(
    tenant: TenantFacts, settings: Any
) -> None:
    settings.RATE_LIMIT_FACTOR = 1
    answers = [ask(f"n{number}.pirate.fr") for number in range(130)]
    assert answers[:120] == [404] * 120
    assert set(answers[120:]) == {429}
    assert ask(tenant.primary_host) == 200
