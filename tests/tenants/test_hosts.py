"""From a host to its tenant: known ones from memory, unknown ones without a question to the database."""

from collections.abc import Callable
from typing import Any

import pytest

from tenants import hosts as module
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.hosts import HostCache, announce_registry_change, hosts
from tenants.models import Domain, Tenant

NumQueries = Callable[[int], Any]


def test_a_flood_of_unknown_hosts_costs_one_query_and_empties_nothing(
    tenant: TenantFacts, django_assert_num_queries: NumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CAPACITY", 2)
    cache = HostCache()
    assert cache.find(tenant.primary_host) == tenant
    with django_assert_num_queries(0):
        assert [cache.find(f"{number}.pirate.fr") for number in range(500)] == [None] * 500
        assert cache.find(tenant.primary_host) == tenant
    assert len(cache._tenants) == 1


def test_a_new_domain_is_known_as_soon_as_it_is_announced(tenant: TenantFacts) -> None:
    assert hosts.find("www.demain.fr") is None
    with public_context():
        own = Tenant.objects.get(uuid=tenant.uuid)
        Domain.objects.create(domain="www.demain.fr", tenant=own, is_primary=False, kind="own")
    announce_registry_change()
    found = hosts.find("www.demain.fr")
    assert found is not None
    assert found.uuid == tenant.uuid


def test_another_process_sees_a_new_domain_by_the_registrys_version(
    tenant: TenantFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RECHECK", 0.0)
    elsewhere = HostCache()
    assert elsewhere.find("www.demain.fr") is None
    with public_context():
        own = Tenant.objects.get(uuid=tenant.uuid)
        Domain.objects.create(domain="www.demain.fr", tenant=own, is_primary=False, kind="own")
    announce_registry_change()
    assert elsewhere.find("www.demain.fr") is not None


def test_what_was_looked_up_after_a_change_is_not_looked_up_again(
    tenant: TenantFacts, django_assert_num_queries: NumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor between two questions of a test: the version of the one before must not be remembered."""
    announce_registry_change()
    hosts.find(tenant.primary_host)
    announce_registry_change()
    hosts.find(tenant.primary_host)
    monkeypatch.setattr(module, "RECHECK", 0.0)
    with django_assert_num_queries(0):
        assert hosts.find(tenant.primary_host) == tenant
