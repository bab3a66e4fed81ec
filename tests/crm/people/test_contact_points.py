"""Each e-mail, number and address on its own: whether it works, whence it came, which one is first."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from crm.consent.enums import Reach
from crm.people.entries import ContactData
from crm.people.models import EmailAddress, Person, PersonChange
from crm.people.services import capture
from tenants.facts import TenantFacts
from tests.crm.people.test_office import FORM, person


def form_of(one: Person, **changed: Any) -> dict[str, Any]:
    """What the browser sends when nothing is touched."""
    names = ("first_name", "last_name", "birth_name", "gender", "language", "relationship")
    place = ("street", "postcode", "city", "commune_code", "country")
    told = {name: getattr(one, name) for name in names} | dict.fromkeys(place, "") | {"country": "FR"}
    for row in one.addresses.all():
        told |= {f"address-{row.id}-{name}": getattr(row, name) for name in place}
    return told | changed


def test_an_address_that_fails_is_marked_and_no_longer_written_to(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    ada = person(now)
    email = ada.emails.get()
    assert ada.email_reach == Reach.REACHABLE

    office.post(reverse("people:edit", args=[ada.uuid]), form_of(ada, **{f"status_emails_{email.id}": "bad"}))

    ada.refresh_from_db()
    assert ada.email_reach == Reach.BAD_ADDRESS
    assert PersonChange.objects.get(person=ada).changes["statuses"][1].endswith("ne marche pas")
    assert "ne marche pas" in office.get(ada.get_absolute_url()).content.decode()


def test_a_status_of_somebody_elses_address_is_left_alone(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada, boris = person(now), person(now, 1)
    email = boris.emails.get()

    office.post(reverse("people:edit", args=[ada.uuid]), form_of(ada, **{f"status_emails_{email.id}": "bad"}))

    assert EmailAddress.objects.get(pk=email.pk).status == "unknown"


def test_the_first_address_can_be_changed_and_removed(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, street="1 rue A", postcode="13001", city="Marseille")
    second = ContactData(email="p0@example.org", street="2 rue B", postcode="75011", city="Paris")
    capture(contact=second, kind="signed_up", source=FORM, now=now)
    ada.refresh_from_db()
    old, new = ada.addresses.order_by("id")
    address = reverse("people:edit", args=[ada.uuid])
    assert "1 rue A" in office.get(ada.get_absolute_url()).content.decode()

    office.post(address, form_of(ada, first_addresses=old.id))
    ada.refresh_from_db()
    assert ada.street == "1 rue A"

    office.post(address, form_of(ada, remove_addresses=[old.id]))
    ada.refresh_from_db()
    assert (ada.street, ada.addresses.get().id) == ("2 rue B", new.id)


def test_a_birth_name_is_kept_shown_and_found(tenant: TenantFacts, office: Any, now: datetime) -> None:
    office.post(
        reverse("people:add"),
        {"first_name": "Ada", "last_name": "Durand", "birth_name": "Lovelace", "relationship": "regular", "key": "k1"},
    )

    ada = Person.objects.get(birth_name="Lovelace")
    assert "Lovelace" in office.get(ada.get_absolute_url()).content.decode()
    assert "Durand, Ada" in office.get(reverse("people:list"), {"q": "lovelace"}).content.decode()
