"""Each e-mail, number and address on its own: whether it works, whence it came, which one is first."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation

from crm.consent.enums import Channel, Reach
from crm.consent.services import Source
from crm.people.editing import ContactChanges, edit_person, mark_address
from crm.people.entries import ContactData
from crm.people.history import history_of
from crm.people.models import EmailAddress, Person, PersonChange
from crm.people.profile import channels_of
from crm.people.services import capture
from crm.people.timeline import timeline
from tenants.facts import TenantFacts
from tests.crm.people.arriving import FORM, person

TEAM = Source("office", "", 1)


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
    assert PersonChange.objects.get(person=ada).changes["statuses"] == [
        [["p0@example.org", "unknown"]],
        [["p0@example.org", "bad"]],
    ]
    assert "ne marche pas" in office.get(ada.get_absolute_url()).content.decode()


def test_the_history_tells_what_works_in_its_readers_language(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now, phone="0612345678")
    marked = {"emails": {ada.emails.get().id: "bad"}, "phones": {ada.phones.get().id: "ok"}}
    with translation.override("fr"):
        edit_person(person=ada, values={}, contacts=ContactChanges(statuses=marked), source=TEAM, reason="", now=now)
    PersonChange.objects.create(person=ada, changes={"statuses": ["x@y: non vérifiée", "x@y: vérifiée"]}, at=now)

    number = "06\u00a012\u00a034\u00a056\u00a078"
    with translation.override("en"):
        old, line = history_of(ada).lines
        told = [text for event in timeline(ada, group="changes").events for text in event.lines]
    assert line.before == f"p0@example.org: not checked, {number}: not checked"
    assert line.after == f"p0@example.org: does not work, {number}: works"
    assert (old.before, old.after) == ("x@y: non vérifiée", "x@y: vérifiée")
    assert f"What works: {line.before} → {line.after}" in told
    with translation.override("fr"):
        assert history_of(ada).lines[1].after == f"p0@example.org\u00a0: ne marche pas, {number}\u00a0: vérifiée"


def test_whoever_has_a_landline_only_lacks_a_mobile_number(tenant: TenantFacts, now: datetime) -> None:
    landline, none = person(now, phone="0491000000"), person(now, 1)

    with translation.override("fr"):
        why = [{one.channel: str(one.word) for one in channels_of(who)} for who in (landline, none)]

    assert [told[Channel.SMS] for told in why] == ["pas de numéro de mobile"] * 2
    assert why[1][Channel.PHONE] == "sans numéro"
    assert why[0][Channel.PHONE] != "sans numéro"


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


def numbers_of(one: Person) -> list[tuple[str, bool]]:
    return list(one.phones.order_by("rank").values_list("number", "is_primary"))


def test_a_landline_takes_no_mobiles_place_unless_it_fails(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, phone="06 12 34 56 78")
    address = reverse("people:edit", args=[ada.uuid])
    assert "Ajouter un téléphone" in office.get(address).content.decode()

    office.post(address, form_of(ada, phone="01 23 45 67 89"))
    assert numbers_of(ada) == [("+33612345678", True), ("+33123456789", False)]
    landline = ada.phones.get(is_mobile=False)
    office.post(address, form_of(ada, first_phones=landline.id))
    assert numbers_of(ada)[0] == ("+33123456789", True)
    office.post(address, form_of(ada, phone="06 12 34 56 79"))
    assert numbers_of(ada)[0] == ("+33612345679", True)

    failing = ada.phones.get(number="+33612345679")
    office.post(address, form_of(ada, **{f"status_phones_{failing.id}": "bad"}))
    assert numbers_of(ada)[0] == ("+33612345678", True)


def test_a_working_e_mail_takes_the_place_of_a_failing_one(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    address, old = reverse("people:edit", args=[ada.uuid]), ada.emails.get()
    office.post(address, form_of(ada, email="second@example.org"))
    ada.refresh_from_db()
    assert ada.email == "second@example.org"
    second = ada.emails.get(is_primary=True)

    office.post(address, form_of(ada, first_emails=second.id, **{f"status_emails_{second.id}": "bad"}))

    ada.refresh_from_db()
    assert (ada.email, ada.email_reach) == (old.address, Reach.REACHABLE)


def test_one_that_fails_and_is_not_the_first_changes_no_place(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    for name in ("b", "c"):
        office.post(reverse("people:edit", args=[ada.uuid]), form_of(ada, email=f"{name}@example.org"))

    mark_address(channel="email", address="b@example.org", status="bad", reason="550", now=now)

    ada.refresh_from_db()
    assert ada.email == "c@example.org"


def test_the_first_one_that_is_chosen_stays_above_a_new_one(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    address, old = reverse("people:edit", args=[ada.uuid]), ada.emails.get()
    office.post(address, form_of(ada, email="b@example.org"))

    office.post(address, form_of(ada, email="c@example.org", first_emails=old.id))

    assert ada.emails.order_by("rank").values_list("address", flat=True)[0] == old.address
    assert ada.emails.filter(is_primary=True).count() == 1


def test_what_was_chosen_is_still_chosen_after_an_error(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, phone="0612345678")
    email, phone = ada.emails.get(), ada.phones.get()
    chosen = {f"status_emails_{email.id}": "bad", "remove_phones": phone.id, "phone": "06 12"}

    answer = office.post(reverse("people:edit", args=[ada.uuid]), form_of(ada, **chosen))

    page = " ".join(answer.content.decode().split())
    assert answer.context["form"].errors["phone"]
    assert f'name="remove_phones" value="{phone.id}" checked' in page
    assert '<option value="bad" selected>' in page


def test_the_reason_is_kept_where_only_an_address_changes(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    office.post(reverse("people:edit", args=[ada.uuid]), form_of(ada, phone="0612345678", reason="Dit au téléphone"))

    assert PersonChange.objects.get(person=ada).reason == "Dit au téléphone"
