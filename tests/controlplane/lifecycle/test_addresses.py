from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from controlplane.audit.queries import audit_of
from controlplane.lifecycle.holding import find_campaign_of_host, is_held
from controlplane.lifecycle.models import CampaignDomain, HeldSlug
from controlplane.models import Campaign
from controlplane.slugs import is_free
from tenants.context import public_context
from tenants.jobs.models import Job
from tenants.lifecycle.domain_names import BadDomain, clean_domain
from tenants.queries import get_tenant
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.database import TENANT
from tests.tenants.lifecycle.dns_server import Zone, running_zone

Travel = Callable[[], Any]
MakeCampaign = Callable[..., Campaign]
BASE = f"/compte/{TENANT}"
pytestmark = pytest.mark.usefixtures("public_schema")


@pytest.fixture
def zone(settings: Any) -> Any:
    with running_zone() as zone:
        settings.DNS_RESOLVER = f"127.0.0.1:{zone.port}"
        yield zone


def test_the_owner_changes_the_address_and_the_former_one_stays_hers(
    campaign: Campaign, signed_in: TenantClient, all_of_it: Travel, now: datetime
) -> None:
    with all_of_it():
        answer = signed_in.post(f"{BASE}/adresse/", {"slug": "Demain Partout"})
    assert answer["Location"].startswith(f"{BASE}/travaux/")
    campaign.refresh_from_db()
    assert campaign.slug == get_tenant(TENANT).slug == "demain-partout"
    assert is_held("demain", now=now)
    assert not is_free("demain")
    assert find_campaign_of_host("demain.isoloir.localhost") == campaign
    assert (
        TenantClient("demain.isoloir.localhost").get("/")["Location"] == "http://demain-partout.isoloir.localhost:8000/"
    )
    assert "fait" in signed_in.get(answer["Location"]).content.decode()
    assert [line.action for line in audit_of(TENANT)] == ["job.done", "job.asked"]


@pytest.mark.parametrize("wished", ["autre-campagne", "www", "retenue", "a"])
def test_addresses_that_are_taken_reserved_held_or_bad_are_refused(
    campaign: Campaign, campaign_of: MakeCampaign, stranger: User, signed_in: TenantClient, wished: str
) -> None:
    other = campaign_of(stranger, slug="autre-campagne")
    HeldSlug.objects.create(slug="retenue", campaign_uuid=other.uuid)
    page = signed_in.post(f"{BASE}/adresse/", {"slug": wished})
    assert page.status_code == 200
    assert "error-message" in page.content.decode()
    campaign.refresh_from_db()
    assert campaign.slug == "demain"


def test_an_address_that_the_cell_refuses_is_given_back(
    campaign: Campaign, signed_in: TenantClient, all_of_it: Travel, now: datetime
) -> None:
    with all_of_it():
        signed_in.post(f"{BASE}/adresse/", {"slug": "autre"})  # the cell has such a tenant, the directory does not
    campaign.refresh_from_db()
    assert campaign.slug == get_tenant(TENANT).slug == "demain"
    assert not is_held("demain", now=now)


def test_a_domain_is_claimed_proved_and_becomes_the_site(
    campaign: Campaign, signed_in: TenantClient, all_of_it: Travel, zone: Zone
) -> None:
    page = signed_in.post(f"{BASE}/domaines/", {"domain": "https://WWW.Demain.fr/x", "role": "primary"})["Location"]
    told = signed_in.get(page).content.decode()
    domain = CampaignDomain.objects.get()
    assert "demain.isoloir.localhost" in told
    assert f"isoloir={domain.token}" in told
    with all_of_it():
        signed_in.post(f"{page}verifier/")
    assert "Nous n’avons trouvé aucun enregistrement" in signed_in.get(page).content.decode()
    zone.aliases["www.demain.fr"] = "demain.isoloir.localhost"
    with all_of_it():
        signed_in.post(f"{page}verifier/")
    domain.refresh_from_db()
    assert (domain.domain, domain.is_primary, domain.verified_at is not None) == ("www.demain.fr", True, True)
    assert "http://www.demain.fr:8000" in signed_in.get(f"{BASE}/").content.decode()
    assert find_campaign_of_host("www.demain.fr") == campaign
    with all_of_it():
        signed_in.post(f"{page}principal/")
    assert get_tenant(TENANT).primary_host == "demain.isoloir.localhost"
    with all_of_it():
        signed_in.post(f"{page}retirer/")
    assert not CampaignDomain.objects.exists()


def test_whoever_proves_a_domain_has_it_whoever_claims_it_does_not(
    campaign: Campaign, campaign_of: MakeCampaign, stranger: User, signed_in: TenantClient, now: datetime
) -> None:
    claim = {"domain": "www.demain.fr", "asked_at": now}
    squatter = CampaignDomain.objects.create(campaign=campaign_of(stranger), token="s", **claim)
    answer = signed_in.post(f"{BASE}/domaines/", {"domain": "www.demain.fr", "role": "primary"})
    assert answer.status_code == 302
    CampaignDomain.objects.filter(pk=squatter.pk).update(verified_at=now)
    assert signed_in.post(f"{answer['Location']}verifier/")["Location"] == answer["Location"]
    with public_context():
        assert not Job.objects.exists()


@pytest.mark.parametrize("path", ["adresse/", "domaines/", "fermer/", "effacee/", "effacee/preuve.json"])
def test_somebody_elses_campaign_does_not_exist(
    campaign_of: MakeCampaign, stranger: User, signed_in: TenantClient, path: str
) -> None:
    theirs = campaign_of(stranger)
    assert signed_in.get(f"/compte/{theirs.uuid}/{path}").status_code == 404


@pytest.mark.parametrize("act", ["verifier/", "principal/", "retirer/"])
def test_nobody_acts_on_somebody_elses_domain(
    campaign: Campaign, campaign_of: MakeCampaign, stranger: User, signed_in: TenantClient, now: datetime, act: str
) -> None:
    theirs = CampaignDomain.objects.create(
        campaign=campaign_of(stranger), domain="www.autre.fr", token="t", asked_at=now
    )
    assert signed_in.post(f"{BASE}/domaines/{theirs.pk}/{act}").status_code == 404
    assert signed_in.get(f"{BASE}/domaines/{theirs.pk}/{act}").status_code == 405
    assert CampaignDomain.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Exemple.FR", "exemple.fr"), ("http://www.été.fr/a", "www.xn--t-9fab.fr"), ("a.b.example.", "a.b.example")],
)
def test_a_domain_is_read_from_what_was_typed(typed: str, name: str) -> None:
    assert clean_domain(typed) == name


@pytest.mark.parametrize(
    "typed",
    ["", "exemple", "10.0.0.1", "x.isoloir.localhost", "isoloir.localhost", "-a.fr", "a..fr", "a b.fr", "é" * 300],
)
def test_what_is_no_domain_is_refused(typed: str) -> None:
    with pytest.raises(BadDomain):
        clean_domain(typed)


def test_an_address_rests_for_a_while_and_is_free_again(campaign: Campaign, now: datetime) -> None:
    HeldSlug.objects.create(slug="repos", campaign_uuid=campaign.uuid, until=now + timedelta(days=1))
    assert is_held("repos", now=now)
    assert not is_held("repos", now=now + timedelta(days=2))
