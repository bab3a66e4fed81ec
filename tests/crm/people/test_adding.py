"""Adding somebody by hand who is known already: what is taken, and what is told."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from crm.consent.enums import Reach
from crm.consent.models import ConsentEntry
from crm.consent.services import Source, withdraw_consent
from crm.people.models import Note, Person
from tenants.facts import TenantFacts
from tests.crm.people.arriving import person

TOLD = {
    "email": "p0@example.org",
    "relationship": "regular",
    "channels": ["email", "phone"],
    "how": "spoken",
    "wording": "De vive voix au marché.",
    "key": "k",
}


def add(office: Any, **told: Any) -> str:
    answer: str = office.post(reverse("people:add"), {**TOLD, **told}, follow=True).content.decode()
    return answer


def test_who_adds_somebody_overturns_no_refusal_and_reads_of_it(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    ada = person(now)
    withdraw_consent(
        person_id=ada.pk, channel="email", source=Source(kind="unsubscribe", reference="delivery:4"), now=now
    )

    page = add(office, note="Veut tracter.", phone="06 12 34 56 78")

    ada.refresh_from_db()
    assert not ada.can_email
    assert ada.call_reach == Reach.REACHABLE
    assert Note.objects.get().text == "Veut tracter."
    assert "Ce qui a été refusé le reste" in page
    assert f'href="{reverse("people:consent", args=[ada.uuid])}?channel=email"' in page
    assert "De vive voix au marché." in page.split("non noté")[1]  # her words are kept


def test_who_notes_it_on_her_page_overturns_the_refusal(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    withdraw_consent(
        person_id=ada.pk, channel="email", source=Source(kind="unsubscribe", reference="delivery:4"), now=now
    )

    told = {"answer": "yes", "purpose": "news", "channels": ["email"], "how": "paper", "wording": "Oui."}
    office.post(reverse("people:consent", args=[ada.uuid]), told)

    assert Person.objects.get(pk=ada.pk).can_email
    assert ConsentEntry.objects.latest("id").granted


def test_what_was_not_taken_of_somebody_known_is_told(tenant: TenantFacts, office: Any, now: datetime) -> None:
    person(now, occupation="Ingénieure")

    page = add(office, first_name="Zoé", last_name="Durand0", occupation="Maire", birth_date="1980-02-03")

    assert "Le nom sur la fiche reste Ada Durand0." in page
    assert "La fiche garde ce qu’elle disait déjà de\N{NO-BREAK SPACE}: Profession." in page
    ada = Person.objects.get()
    assert (ada.first_name, ada.occupation, str(ada.birth_date)) == ("Ada", "Ingénieure", "1980-02-03")


def test_nothing_is_said_to_be_left_out_of_what_agrees_or_was_preset(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    person(now, relationship="member", language="en")

    page = add(office, first_name="Ada", last_name="Durand0", language="fr", relationship="regular")

    assert "était déjà connue" in page
    assert "Le nom sur la fiche reste" not in page
    assert "La fiche garde" not in page
