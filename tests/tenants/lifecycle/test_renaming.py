import pytest
from wagtail.models import Site

from tenants.context import public_context, tenant_context
from tenants.facts import TenantFacts
from tenants.lifecycle.kinds import ADD_DOMAIN, RENAME
from tenants.models import Domain
from tenants.queries import get_tenant
from tests.conftest import TenantClient
from tests.tenants.lifecycle.conftest import Do
from tests.tenants.lifecycle.dns_server import Zone

NEW = "demain-partout"
NEW_HOST = f"{NEW}.isoloir.localhost"


def hosts_of(tenant: TenantFacts) -> dict[str, bool]:
    with public_context():
        return dict(Domain.objects.filter(tenant__uuid=tenant.uuid).values_list("domain", "is_primary"))


def test_the_former_address_redirects_to_the_new_one_with_path_and_question(tenant: TenantFacts, do: Do) -> None:
    assert do(RENAME, slug=NEW).state == "done"
    answer = TenantClient(tenant.primary_host).get("/merci/?de=abcdef12")
    assert (answer.status_code, answer["Location"]) == (301, f"http://{NEW_HOST}:8000/merci/?de=abcdef12")
    assert TenantClient(NEW_HOST).get("/").status_code == 200
    assert TenantClient(tenant.primary_host).get("/bureau/")["Location"].startswith(f"http://{NEW_HOST}:8000/bureau/")


def test_what_is_sent_to_the_former_address_is_answered_there(tenant: TenantFacts, do: Do) -> None:
    do(RENAME, slug=NEW)
    assert TenantClient(tenant.primary_host).post("/nothing-here/").status_code == 404


def test_links_and_kept_pages_tell_the_new_address(tenant: TenantFacts, site: TenantClient, do: Do) -> None:
    before = site.get("/").content.decode()
    assert f'href="http://{tenant.primary_host}:8000/"' in before
    assert site.get("/").headers["X-Page-Cache"] == "hit"
    do(RENAME, slug=NEW)
    after = TenantClient(NEW_HOST).get("/").content.decode()
    assert f'href="http://{NEW_HOST}:8000/"' in after
    assert tenant.primary_host not in after
    with tenant_context(get_tenant(tenant.uuid)):
        assert Site.objects.get().hostname == NEW_HOST


def test_another_campaigns_address_cannot_be_taken(tenant: TenantFacts, other_tenant: TenantFacts, do: Do) -> None:
    job = do(RENAME, slug=other_tenant.slug)
    assert (job.state, job.error) == ("failed", "address_taken")
    assert get_tenant(tenant.uuid).slug == tenant.slug


def test_nor_one_that_another_campaign_had_before(tenant: TenantFacts, other_tenant: TenantFacts, do: Do) -> None:
    with public_context():
        domain = Domain.objects.get(domain=other_tenant.primary_host)
        Domain.objects.create(domain=NEW_HOST, tenant=domain.tenant, is_primary=False)
    assert do(RENAME, slug=NEW).error == "address_taken"


def test_a_campaign_takes_its_own_former_address_back(tenant: TenantFacts, do: Do) -> None:
    do(RENAME, slug=NEW)
    assert do(RENAME, slug=tenant.slug).state == "done"
    assert hosts_of(tenant) == {tenant.primary_host: True, NEW_HOST: False}


@pytest.mark.usefixtures("tenant")
def test_a_site_on_its_own_domain_stays_there(tenant: TenantFacts, do: Do, zone: Zone) -> None:
    zone.aliases["www.demain.fr"] = tenant.platform_host
    do(ADD_DOMAIN, domain="www.demain.fr", token="x", is_primary=True)
    do(RENAME, slug=NEW)
    assert hosts_of(tenant) == {"www.demain.fr": True, tenant.primary_host: False, NEW_HOST: False}
    assert get_tenant(tenant.uuid).platform_host == NEW_HOST
