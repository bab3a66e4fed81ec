"""Agreements and refusals that the team notes by hand in the office."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from crm.consent.enums import Channel
from crm.consent.models import ConsentEntry
from crm.people.editing import mark_address
from crm.people.models import Person
from crm.people.profile import agreements_of
from tenants.facts import TenantFacts
from tests.crm.people.arriving import person


def test_a_person_added_by_hand_needs_the_proof_of_her_consent(tenant: TenantFacts, office: Any) -> None:
    told = {
        "first_name": "Zoé",
        "email": "zoe@example.org",
        "relationship": "regular",
        "channels": ["email"],
        "key": "k",
    }

    refused = office.post(reverse("people:add"), told)
    assert refused.status_code == 200
    assert not Person.objects.exists()

    for _ in range(2):  # a double click
        office.post(reverse("people:add"), {**told, "how": "paper", "wording": "J'accepte de recevoir la lettre."})
    zoe = Person.objects.get()
    assert zoe.can_email
    assert ConsentEntry.objects.get().wording.text.startswith("J'accepte de recevoir la lettre.")


def test_whether_she_may_be_measured_is_noted_apart_and_for_e_mails_only(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    ada = person(now)
    told = {"answer": "yes", "purpose": "tracking", "how": "paper", "wording": "J'accepte d'être mesurée."}
    address = reverse("people:consent", args=[ada.uuid])
    before = ConsentEntry.objects.count()

    refused = office.post(address, {**told, "channels": ["email", "sms"]})
    assert "Cela ne concerne que les e-mails" in refused.content.decode()
    assert ConsentEntry.objects.count() == before

    key = office.get(address).context["form"]["key"].value()
    for _click in range(2):
        office.post(address, {**told, "channels": ["email"], "key": key})
    assert ConsentEntry.objects.count() == before + 1
    entry = ConsentEntry.objects.latest("id")
    assert (entry.purpose, entry.channel, entry.granted) == ("tracking", "email", True)
    assert entry.wording.text.startswith("J'accepte d'être mesurée.")

    office.post(reverse("people:withdraw", args=[ada.uuid]), {"channel": "email", "purpose": "tracking"})
    entry = ConsentEntry.objects.latest("id")
    assert (entry.purpose, entry.granted) == ("tracking", False)
    assert Person.objects.get(pk=ada.pk).can_email


def test_an_agreement_on_paper_tells_its_day_and_overturns_no_later_refusal(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    ada = person(now)
    told = {"answer": "yes", "purpose": "news", "channels": ["sms"], "how": "paper", "wording": "Oui."}
    address = reverse("people:consent", args=[ada.uuid])
    count = ConsentEntry.objects.count()

    for day in ("2999-01-01", "0024-01-01"):
        assert office.post(address, {**told, "given_on": day}).context["form"].errors["given_on"]
    office.post(address, {**told, "given_on": "2024-02-29"})
    assert str(ConsentEntry.objects.latest("id").given_on) == "2024-02-29"
    assert "29 février 2024" in office.get(ada.get_absolute_url()).content.decode()
    assert ConsentEntry.objects.count() == count + 1

    office.post(reverse("people:withdraw", args=[ada.uuid]), {"channel": "sms", "purpose": "news"})
    answer = office.post(address, {**told, "given_on": "2024-03-01"})
    assert "refusé depuis" in str(answer.context["form"].errors["given_on"])
    assert not ConsentEntry.objects.latest("id").granted
    office.post(address, told)
    assert ConsentEntry.objects.latest("id").granted


def test_a_withdrawal_noted_by_hand_stops_the_letters(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)

    office.post(reverse("people:withdraw", args=[ada.uuid]), {"channel": "email", "purpose": "news"})

    ada.refresh_from_db()
    assert not ada.can_email


def test_a_refusal_is_noted_without_a_proof(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    address = reverse("people:consent", args=[ada.uuid])
    told = {"purpose": "news", "channels": ["email"]}

    agreed = office.post(address, {**told, "answer": "yes"})
    assert set(agreed.context["form"].errors) == {"how", "wording"}

    for words, kept in (({}, ""), ({"how": "spoken"}, "(de vive voix"), ({"wording": "Plus rien."}, "Plus rien.")):
        assert office.post(address, {**told, "answer": "no", **words}).status_code == 302
        entry = ConsentEntry.objects.latest("id")
        assert not entry.granted
        assert entry.wording.text.startswith(kept)
        assert bool(entry.wording.text) == bool(kept)


def test_a_refusal_is_told_before_an_address_that_is_lacking(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    post = [one.channel.channel for one in agreements_of(ada)].index(Channel.POST)
    assert str(agreements_of(ada)[post].channel.word) == "sans adresse"

    office.post(reverse("people:withdraw", args=[ada.uuid]), {"channel": "post", "purpose": "news"})

    ada.refresh_from_db()
    assert str(agreements_of(ada)[post].channel.word) == "refuse"


def test_a_refusal_is_told_before_an_address_that_fails(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    mark_address(channel="email", address=ada.email, status="bad", reason="550", now=now)
    ada.refresh_from_db()
    assert str(agreements_of(ada)[0].channel.word) == "adresse en échec"

    office.post(reverse("people:withdraw", args=[ada.uuid]), {"channel": "email", "purpose": "news"})

    ada.refresh_from_db()
    assert str(agreements_of(ada)[0].channel.word) == "refuse"
