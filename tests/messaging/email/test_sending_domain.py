"""The campaign's own sending domain, against a real DNS server and a real mail server."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import dkim
import pytest
from django.test import Client

from messaging.email import sending_domain
from messaging.email.models import SigningKey
from messaging.email.sending_domain import (
    check_domain,
    forget_domain,
    name_domain,
    records_of,
    rotate_key,
    waiting_key,
)
from messaging.email.signing import current_key, own_domain, return_domain, signer_of
from messaging.email.tasks import check_domain_task
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.lifecycle.dns import DnsUnreachable, aliases_of
from tenants.models import Alarm
from tenants.users.models import User
from tests.messaging.deliveries.test_engine import run, started
from tests.messaging.sink import Sink
from tests.messaging.support import NOW, person
from tests.tenants.lifecycle.dns_server import Zone, running_zone

DOMAIN = "kervella.example"
PAGE = "/bureau/reglages/domaine/"


@pytest.fixture
def zone(settings: Any) -> Iterator[Zone]:
    with running_zone() as zone:
        settings.DNS_RESOLVER = f"127.0.0.1:{zone.port}"
        yield zone


def publish(zone: Zone, key: SigningKey, *, only: tuple[str, ...] = ("dkim", "return_path", "dmarc")) -> None:
    """What the screen shows is copied into the DNS."""
    for record in records_of(key):
        if record.key in only:
            (zone.aliases if record.kind == "CNAME" else zone.texts)[record.name] = record.value


def states(key: SigningKey) -> dict[str, str]:
    return {record.key: str(record.state) for record in records_of(SigningKey.objects.get(pk=key.pk))}


def test_nothing_changes_before_the_dns_shows_the_key(tenant: TenantFacts, zone: Zone) -> None:
    key = name_domain(domain=DOMAIN, now=NOW)

    check_domain(now=NOW)

    assert states(key) == {"dkim": "missing", "return_path": "missing", "spf": "missing", "dmarc": "missing"}
    assert (own_domain(), waiting_key()) == ("", key)
    assert f"TXT {key.selector}._domainkey.{DOMAIN}" in zone.asked


def test_the_private_key_is_2048_bits_and_sealed(tenant: TenantFacts) -> None:
    key = name_domain(domain=DOMAIN, now=NOW)

    assert "PRIVATE" not in key.sealed_key
    assert signer_of(key).key.key_size == 2048  # type: ignore[union-attr]


def test_once_proved_mail_leaves_signed_in_the_name_of_the_domain(
    tenant: TenantFacts, owner: User, zone: Zone, sink: Sink, settings: Any
) -> None:
    key = name_domain(domain=DOMAIN, now=NOW)
    publish(zone, key)
    zone.texts[f"retour.{DOMAIN}"] = "v=spf1 include:spf.isoloir.example -all"
    check_domain(now=NOW)
    assert states(key) == {"dkim": "good", "return_path": "good", "spf": "good", "dmarc": "good"}

    person("lea")
    run(started(owner))

    [caught] = sink.caught
    message = message_from_bytes(caught.data)
    assert str(message["From"]).endswith(f"@{DOMAIN}>")
    assert caught.sender.endswith(f"@retour.{DOMAIN}")
    shown = {f"{name}.": text.encode() for name, text in zone.texts.items()}
    assert dkim.verify(caught.data, dnsfunc=lambda name, timeout=5: shown.get(name.decode()))


def test_a_key_proved_after_the_order_signs_and_names_its_domain(
    tenant: TenantFacts, owner: User, zone: Zone, sink: Sink
) -> None:
    key = name_domain(domain=DOMAIN, now=NOW)
    person("lea")
    mailing = started(owner)
    publish(zone, key)
    check_domain(now=NOW)

    run(mailing)

    message = sink.caught[0].message
    assert f"d={DOMAIN};" in message["DKIM-Signature"]
    assert message["From"].addresses[0].addr_spec == f"{tenant.slug}@{DOMAIN}"


def test_a_key_lost_after_the_order_gives_the_mail_back_to_the_platform(
    tenant: TenantFacts, owner: User, zone: Zone, sink: Sink, settings: Any
) -> None:
    publish(zone, name_domain(domain=DOMAIN, now=NOW))
    check_domain(now=NOW)
    person("lea")
    mailing = started(owner)
    forget_domain()

    run(mailing)

    message = sink.caught[0].message
    assert message["DKIM-Signature"] is None
    assert message["From"].addresses[0].addr_spec == f"{tenant.slug}@{settings.MAIL_DOMAIN}"


def test_without_the_return_path_refusals_come_back_to_the_platform(
    tenant: TenantFacts, zone: Zone, settings: Any
) -> None:
    publish(zone, name_domain(domain=DOMAIN, now=NOW), only=("dkim",))

    check_domain(now=NOW)

    assert own_domain() == DOMAIN
    assert return_domain() == settings.MAIL_DOMAIN


def test_somebody_elses_key_is_no_proof(tenant: TenantFacts, zone: Zone) -> None:
    key = name_domain(domain=DOMAIN, now=NOW)
    zone.texts[f"{key.selector}._domainkey.{DOMAIN}"] = "v=DKIM1; k=rsa; p=MIIBIjANother"

    check_domain(now=NOW)

    assert states(key)["dkim"] == "other"
    assert own_domain() == ""


def test_a_policy_above_counts(tenant: TenantFacts, zone: Zone) -> None:
    key = name_domain(domain=f"courrier.{DOMAIN}", now=NOW)
    zone.texts[f"_dmarc.{DOMAIN}"] = "v=DMARC1; p=reject"

    check_domain(now=NOW)

    assert states(key)["dmarc"] == "good"


def test_the_key_is_changed_without_a_gap(tenant: TenantFacts, zone: Zone) -> None:
    first = name_domain(domain=DOMAIN, now=NOW)
    publish(zone, first)
    check_domain(now=NOW)

    second = rotate_key(now=NOW + timedelta(days=300))
    check_domain(now=NOW + timedelta(days=300))
    assert second.selector != first.selector
    assert current_key() == first

    publish(zone, second)
    check_domain(now=NOW + timedelta(days=301))

    assert current_key() == second
    assert list(SigningKey.objects.all()) == [second]


def test_naming_the_same_domain_again_keeps_the_key_that_was_copied(tenant: TenantFacts) -> None:
    first = name_domain(domain=DOMAIN, now=NOW)

    again = name_domain(domain=DOMAIN, now=NOW)

    assert again.sealed_key == first.sealed_key


def test_a_record_that_is_gone_twice_ends_the_signatures(tenant: TenantFacts, zone: Zone) -> None:
    publish(zone, name_domain(domain=DOMAIN, now=NOW))
    check_domain(now=NOW)
    zone.texts.clear()

    check_domain(now=NOW + timedelta(days=1))
    assert own_domain() == DOMAIN
    check_domain(now=NOW + timedelta(days=1, hours=1))

    assert own_domain() == ""


def test_a_dns_that_does_not_answer_changes_nothing(tenant: TenantFacts, zone: Zone) -> None:
    publish(zone, name_domain(domain=DOMAIN, now=NOW))
    check_domain(now=NOW)
    zone.is_broken = True

    with pytest.raises(DnsUnreachable):
        check_domain(now=NOW + timedelta(days=1))
    check_domain_task(key="")

    assert own_domain() == DOMAIN
    with public_context():
        assert Alarm.objects.filter(kind=sending_domain.ALARM).count() == 1


def while_the_dns_is_asked(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    acts = [act]

    def slow(host: str) -> list[str]:
        found = aliases_of(host)
        if acts:
            acts.pop()()
        return found

    monkeypatch.setattr(sending_domain, "aliases_of", slow)


def test_a_domain_named_while_the_dns_is_asked_is_not_proved_by_the_former_ones_records(
    tenant: TenantFacts, zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(zone, name_domain(domain=DOMAIN, now=NOW))
    while_the_dns_is_asked(monkeypatch, lambda: name_domain(domain="autre.example", now=NOW))

    check_domain(now=NOW)

    key = SigningKey.objects.get()
    assert (key.domain, key.proved_at, key.findings) == ("autre.example", None, {})
    assert own_domain() == ""


def test_a_domain_forgotten_while_the_dns_is_asked_stays_forgotten(
    tenant: TenantFacts, zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(zone, name_domain(domain=DOMAIN, now=NOW))
    while_the_dns_is_asked(monkeypatch, forget_domain)

    check_domain(now=NOW)

    assert not SigningKey.objects.exists()
    with public_context():
        assert not Alarm.objects.filter(kind=sending_domain.ALARM).exists()


def test_two_campaigns_have_selectors_of_their_own(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    mine = name_domain(domain=DOMAIN, now=NOW).selector

    assert mine.endswith(tenant.uuid.hex[:6])
    assert tenant.uuid.hex[:6] != other_tenant.uuid.hex[:6]


def test_the_page_from_the_name_to_the_signature(office: Client, tenant: TenantFacts, zone: Zone) -> None:
    assert "Fabriquer une clé" in office.get(PAGE).content.decode()
    office.post(PAGE, {"domain": f"Lettre@{DOMAIN.upper()}"})
    key = SigningKey.objects.get()
    shown = office.get(PAGE).content.decode()
    assert all(record.value in shown and record.name in shown for record in records_of(key) if record.value)
    assert "PRIVATE" not in shown

    office.post(f"{PAGE}verifications/")
    assert own_domain() == ""
    publish(zone, key)
    office.post(f"{PAGE}verifications/")

    assert own_domain() == DOMAIN
    assert f"@{DOMAIN}" in office.get(PAGE).content.decode()
    office.post(f"{PAGE}cles/")
    assert SigningKey.objects.count() == 2
    assert office.get(PAGE).status_code == 200
    office.post(f"{PAGE}retrait/")
    assert not SigningKey.objects.exists()


@pytest.mark.parametrize(
    "typed", ["", "nothing", "127.0.0.1", "demain.isoloir.localhost", "courrier.isoloir.localhost"]
)
def test_what_is_no_domain_of_theirs_makes_no_key(office: Client, tenant: TenantFacts, typed: str) -> None:
    assert office.post(PAGE, {"domain": typed}).status_code == 422
    assert not SigningKey.objects.exists()


@pytest.mark.parametrize("role", ["communications", "reader"])
def test_whoever_may_not_change_the_settings_sees_nothing(office_as: Callable[[str], Client], role: str) -> None:
    client = office_as(role)

    answers = [
        client.get(PAGE),
        *(client.post(f"{PAGE}{path}") for path in ("", "verifications/", "cles/", "retrait/")),
    ]

    assert {answer.status_code for answer in answers} == {403}


def test_changes_are_asked_for_by_post(office: Client, tenant: TenantFacts) -> None:
    assert {office.get(f"{PAGE}{path}").status_code for path in ("verifications/", "cles/", "retrait/")} == {405}
