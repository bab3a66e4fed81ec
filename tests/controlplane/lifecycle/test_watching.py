"""A domain whose proof is missing: its owner is written to, has a week, and then it is closed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from controlplane.audit.actors import owner
from controlplane.jobs.models import CampaignJob
from controlplane.lifecycle.models import CampaignDomain
from controlplane.lifecycle.services.addresses import check_domain
from controlplane.lifecycle.services.watching import record_domain_check
from controlplane.models import Campaign
from tenants.bus import DomainChecked, deliver, plain_body
from tenants.queries import get_tenant
from tests.conftest import TenantClient
from tests.database import TENANT
from tests.tenants.lifecycle.dns_server import Zone, running_zone

Travel = Callable[[], Any]
DOMAIN = "www.demain.fr"
PAGE = f"/compte/{TENANT}/domaines/"
pytestmark = pytest.mark.usefixtures("public_schema")


@pytest.fixture
def zone(settings: Any) -> Any:
    with running_zone() as zone:
        settings.DNS_RESOLVER = f"127.0.0.1:{zone.port}"
        yield zone


@pytest.fixture
def domain(campaign: Campaign, zone: Zone, all_of_it: Travel) -> CampaignDomain:
    """Proved, and the site's main address."""
    at = timezone.now()
    claimed = CampaignDomain.objects.create(campaign=campaign, domain=DOMAIN, token="t0ken", asked_at=at)
    zone.texts[f"_isoloir.{DOMAIN}"] = "isoloir=t0ken"
    with all_of_it():
        check_domain(domain=claimed, by=owner(campaign.owner), now=at)
    claimed.refresh_from_db()
    assert (claimed.is_primary, get_tenant(TENANT).primary_host) == (True, DOMAIN)
    mail.outbox.clear()
    return claimed


def told(*, closes_at: datetime | None, at: datetime) -> DomainChecked:
    return DomainChecked(uuid=TENANT, domain=DOMAIN, closes_at=closes_at, at=at)


def ask_tls() -> int:
    return TenantClient("127.0.0.1").get("/interne/tls", {"domain": DOMAIN}).status_code


def test_the_owner_is_written_to_once_and_the_domain_goes_on(
    domain: CampaignDomain, signed_in: TenantClient, all_of_it: Travel
) -> None:
    now = timezone.now()
    closes_at = now + timedelta(days=6)
    with all_of_it():
        for hour in (1, 1, 25):
            message = told(closes_at=closes_at, at=now + timedelta(hours=hour))
            deliver(name="domain_checked", version=1, body=plain_body(message), sender="fr-1")
    (letter,) = mail.outbox
    assert letter.to == ["ada@example.org"]
    assert f"{PAGE}{domain.pk}/" in letter.body
    page = signed_in.get(f"{PAGE}{domain.pk}/").content.decode()
    assert "isoloir=t0ken" in page
    assert "preuve absente" in page
    assert (ask_tls(), get_tenant(TENANT).primary_host) == (200, DOMAIN)


def test_after_the_time_of_grace_it_is_closed_for_visitors_and_certificates(
    domain: CampaignDomain, all_of_it: Travel
) -> None:
    now = timezone.now()
    with all_of_it():
        record_domain_check(
            told(closes_at=now, at=now + timedelta(minutes=1)), cell="fr-1", now=now + timedelta(minutes=1)
        )
    assert not CampaignDomain.objects.exists()
    assert (ask_tls(), get_tenant(TENANT).primary_host) == (404, "demain.isoloir.localhost")
    assert TenantClient(DOMAIN).get("/").status_code == 404
    assert [letter.subject for letter in mail.outbox if "fermé" in letter.subject] == [f"{DOMAIN} est fermé"]


def test_while_something_else_is_under_way_it_waits_for_the_next_news(
    domain: CampaignDomain, campaign: Campaign, now: datetime
) -> None:
    at = timezone.now() + timedelta(minutes=1)
    job = CampaignJob.objects.create(
        uuid=TENANT, campaign=campaign, kind="export", cell="fr-1", asked_by="owner", asked_at=now, news_at=now
    )  # fmt: skip
    record_domain_check(told(closes_at=at, at=at), cell="fr-1", now=at)
    assert CampaignJob.objects.filter(kind="remove_domain").count() == 0
    CampaignJob.objects.filter(pk=job.pk).update(finished_at=now)
    record_domain_check(told(closes_at=at, at=at + timedelta(days=1)), cell="fr-1", now=at + timedelta(days=1))
    assert CampaignJob.objects.filter(kind="remove_domain").count() == 1


def test_once_the_record_is_back_nothing_is_closed_and_late_news_change_nothing(domain: CampaignDomain) -> None:
    now = timezone.now() + timedelta(minutes=1)
    for message in (
        told(closes_at=now + timedelta(days=6), at=now),
        told(closes_at=None, at=now + timedelta(days=1)),
        told(closes_at=now, at=now + timedelta(hours=3)),  # late
    ):
        record_domain_check(message, cell="fr-1", now=now + timedelta(days=1))
    domain.refresh_from_db()
    assert domain.closes_at is None
    assert not CampaignJob.objects.filter(kind="remove_domain").exists()


def test_the_owner_proves_it_again_and_it_stays_the_main_address(
    domain: CampaignDomain, signed_in: TenantClient, all_of_it: Travel
) -> None:
    CampaignDomain.objects.update(closes_at=timezone.now() + timedelta(days=1), wants_primary=False)
    with all_of_it():
        signed_in.post(f"{PAGE}{domain.pk}/verifier/")
    domain.refresh_from_db()
    assert (domain.closes_at, domain.is_primary) == (None, True)


def test_a_cell_closes_no_domain_of_another_cell(domain: CampaignDomain) -> None:
    now = timezone.now() + timedelta(minutes=1)
    record_domain_check(told(closes_at=now, at=now), cell="de-1", now=now)
    domain.refresh_from_db()
    assert (domain.closes_at, CampaignJob.objects.filter(kind="remove_domain").exists()) == (None, False)
