from typing import Any

import pytest

from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.jobs.services import MAX_ATTEMPTS, run_job
from tenants.lifecycle.kinds import ADD_DOMAIN, PREFER_DOMAIN, REMOVE_DOMAIN
from tenants.models import Domain
from tenants.queries import get_tenant
from tests.conftest import TenantClient
from tests.tenants.lifecycle.conftest import Do
from tests.tenants.lifecycle.dns_server import Zone

DOMAIN = "www.demain.fr"
ASKED = {"domain": DOMAIN, "token": "s3cret", "is_primary": True}


def status(host: str, path: str = "/") -> tuple[int, str]:
    answer = TenantClient(host).get(path)
    return answer.status_code, answer.headers.get("Location", "")


@pytest.mark.parametrize("is_alias", [True, False])
def test_a_proved_domain_serves_the_site_and_the_platforms_address_redirects(
    tenant: TenantFacts, do: Do, zone: Zone, *, is_alias: bool
) -> None:
    if is_alias:
        zone.aliases[DOMAIN] = tenant.platform_host
    else:
        zone.texts[f"_isoloir.{DOMAIN}"] = "isoloir=s3cret"
    assert do(ADD_DOMAIN, **ASKED).state == "done"
    assert status(DOMAIN)[0] == 200
    assert status(tenant.platform_host, "/merci/") == (301, f"http://{DOMAIN}:8000/merci/")
    assert status(tenant.platform_host, "/bureau/")[1].startswith("/bureau/")  # the office stays, with its own files


def test_a_domain_that_only_redirects_leaves_the_site_where_it_is(tenant: TenantFacts, do: Do, zone: Zone) -> None:
    zone.aliases[DOMAIN] = tenant.platform_host
    do(ADD_DOMAIN, **{**ASKED, "is_primary": False})
    assert status(DOMAIN, "/merci/") == (301, f"http://{tenant.platform_host}:8000/merci/")
    assert status(tenant.platform_host)[0] == 200


@pytest.mark.parametrize(
    ("aliases", "texts", "error"),
    [
        ({}, {}, "dns_missing"),
        ({DOMAIN: "autre.isoloir.localhost"}, {}, "dns_other"),
        ({DOMAIN: "demain.isoloir.localhost.pirate.fr"}, {}, "dns_other"),
        ({}, {f"_isoloir.{DOMAIN}": "isoloir=other"}, "dns_other"),
        ({}, {DOMAIN: "isoloir=s3cret"}, "dns_missing"),
    ],
)
def test_without_the_proof_nothing_opens_and_what_was_found_is_told(
    tenant: TenantFacts, do: Do, zone: Zone, aliases: dict[str, str], texts: dict[str, str], error: str
) -> None:
    zone.aliases.update(aliases)
    zone.texts.update(texts)
    job = do(ADD_DOMAIN, **ASKED)
    assert (job.state, job.error) == ("failed", error)
    assert job.result["aliases"] == list(aliases.values())
    assert status(DOMAIN)[0] == 404


def test_a_dns_that_does_not_answer_is_asked_again(tenant: TenantFacts, do: Do, zone: Zone) -> None:
    zone.aliases[DOMAIN] = tenant.platform_host
    zone.is_broken = True
    job = do(ADD_DOMAIN, **ASKED)
    assert (job.state, job.attempts) == ("waiting", 1)
    assert job.attempts < MAX_ATTEMPTS
    zone.is_broken = False
    run_job(uuid=job.uuid)
    assert status(DOMAIN)[0] == 200


def test_somebody_elses_domain_cannot_be_taken_even_with_a_proof(
    tenant: TenantFacts, other_tenant: TenantFacts, do: Do, zone: Zone
) -> None:
    with public_context():
        theirs = Domain.objects.get(domain=other_tenant.primary_host).tenant
        Domain.objects.create(domain=DOMAIN, tenant=theirs, is_primary=False, kind="own")
    zone.aliases[DOMAIN] = tenant.platform_host
    assert do(ADD_DOMAIN, **ASKED).error == "domain_taken"


def test_the_main_address_is_chosen_and_chosen_back(tenant: TenantFacts, do: Do, zone: Zone) -> None:
    zone.aliases[DOMAIN] = tenant.platform_host
    do(ADD_DOMAIN, **{**ASKED, "is_primary": False})
    do(PREFER_DOMAIN, domain=DOMAIN)
    assert get_tenant(tenant.uuid).primary_host == DOMAIN
    do(PREFER_DOMAIN, domain="")
    assert get_tenant(tenant.uuid).primary_host == tenant.platform_host
    assert do(PREFER_DOMAIN, domain="www.autre.fr").error == "domain_gone"


def test_a_removed_domain_is_unknown_and_the_site_goes_home(tenant: TenantFacts, do: Do, zone: Zone) -> None:
    zone.aliases[DOMAIN] = tenant.platform_host
    do(ADD_DOMAIN, **ASKED)
    assert do(REMOVE_DOMAIN, domain=DOMAIN).state == "done"
    assert status(DOMAIN)[0] == 404
    assert status(tenant.platform_host)[0] == 200
    assert do(REMOVE_DOMAIN, domain=tenant.platform_host).state == "done"
    assert status(tenant.platform_host)[0] == 200  # the platform's own is no domain that an owner removes


def test_mails_link_to_the_main_address(tenant: TenantFacts, do: Do, zone: Zone, settings: Any) -> None:
    zone.aliases[DOMAIN] = tenant.platform_host
    do(ADD_DOMAIN, **ASKED)
    assert get_tenant(tenant.uuid).absolute_url("/x") == f"http://{DOMAIN}:8000/x"
