"""Two of the team who edit one person at the same time: neither undoes what the other wrote."""

import re
from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from crm.consent.services import Source
from crm.people.merging import merge_people
from crm.people.models import EmailAddress, Person, PersonChange
from tenants.facts import TenantFacts
from tests.crm.fields.making import choice, one_of_each
from tests.crm.people.arriving import person

TEAM = Source(kind="office", reference="person", actor_id=1)

MEANWHILE = "Quelqu’un a modifié ceci"


def opened(office: Client, one: Person) -> dict[str, Any]:
    """What the browser sends back of the form when nothing is touched."""
    context: Any = office.get(reverse("people:edit", args=[one.uuid])).context
    told = {bound.html_name: bound.value() for bound in context["form"]} | {"shown": context["shown"]}
    for row in context["contacts"]:
        point, correction = row["one"], row["correction"]
        told[f"status_{point.kind}_{point.row.id}"] = point.row.status
        if point.row.is_primary:
            told[f"first_{point.kind}"] = point.row.id
        told |= {bound.html_name: bound.value() for bound in correction or ()}
    return {name: value for name, value in told.items() if value is not None}


def save(office: Client, one: Person, told: dict[str, Any]) -> Any:
    return office.post(reverse("people:edit", args=[one.uuid]), told)


def test_what_another_one_wrote_meanwhile_stays(tenant: TenantFacts, office: Any, now: datetime) -> None:
    fields, ada = one_of_each(), person(now, street="1 rue A", postcode="13001", city="Marseille")
    email, address = ada.emails.get(), ada.addresses.get()
    text, many = (f"custom_{fields[kind].key}" for kind in ("text", "choices"))
    first, second = opened(office, ada), opened(office, ada)
    coller = choice(fields["choices"], "Coller")

    theirs = {"occupation": "Maçonne", "support_level": "2", text: "Zaz", many: [str(coller)]}
    theirs |= {f"status_emails_{email.id}": "bad", f"address-{address.id}-street": "2 rue B"}
    save(office, ada, second | theirs)
    answer = save(office, ada, first | {"birth_name": "Byron"})

    assert answer.status_code == 302
    ada.refresh_from_db()
    assert (ada.occupation, ada.support_level, ada.birth_name) == ("Maçonne", 2, "Byron")
    assert ada.custom == {str(fields["text"].key): "Zaz", str(fields["choices"].key): [coller]}
    assert EmailAddress.objects.get(person=ada).status == "bad"
    assert ada.addresses.get().street == "2 rue B"
    assert PersonChange.objects.filter(person=ada).latest("id").changes == {"birth_name": ["", "Byron"]}


def test_the_same_field_twice_is_asked_with_both_values(tenant: TenantFacts, office: Any, now: datetime) -> None:
    field, ada = one_of_each()["number"], person(now, street="1 rue A", postcode="13001", city="Marseille")
    number, email, street = (
        f"custom_{field.key}",
        f"status_emails_{ada.emails.get().id}",
        f"address-{ada.addresses.get().id}-street",
    )
    first, second = opened(office, ada), opened(office, ada)
    save(office, ada, second | {"occupation": "Maçonne", "gender": "f", number: "2", email: "ok", street: "2 rue B"})
    mine = first | {"occupation": "Couvreuse", number: "3", email: "bad", street: "3 rue C", "gender": "f"}

    answer = save(office, ada, mine)

    page = answer.content.decode()
    assert {"occupation", number, "__all__"} == set(answer.context["form"].errors)
    assert page.count(MEANWHILE) >= 3
    for text in ("Maçonne", 'value="Couvreuse"', "2 rue B", 'value="3 rue C"'):
        assert text in page, text
    ada.refresh_from_db()
    assert (ada.occupation, ada.custom, ada.gender) == ("Maçonne", {str(field.key): 2}, "f")

    again = {"shown": answer.context["shown"]}
    untouched = {email: next(row["status"] for row in answer.context["contacts"] if row["one"].kind == "emails")}
    save(office, ada, mine | again | untouched)
    ada.refresh_from_db()
    assert (ada.occupation, ada.custom, ada.street) == ("Couvreuse", {str(field.key): 3}, "3 rue C")
    assert EmailAddress.objects.get(person=ada).status == "ok"  # it was told, and not chosen anew

    save(office, ada, opened(office, ada) | {email: "bad"})
    assert EmailAddress.objects.get(person=ada).status == "bad"


def test_a_quarrel_is_told_in_one_box_with_a_link_to_each_place(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    ada = person(now, street="1 rue A", postcode="13001", city="Marseille")
    street = f"address-{ada.addresses.get().id}-street"
    first, second = opened(office, ada), opened(office, ada)
    save(office, ada, second | {"occupation": "Maçonne", street: "2 rue B"})

    page = save(office, ada, first | {"occupation": "Couvreuse", street: "3 rue C"}).content.decode()

    assert page.count('role="alert"') == 1
    assert "Quelqu’un d’autre a modifié cette fiche pendant que vous écriviez." in page
    assert "à corriger" not in page
    assert f'<a href="#id_{street}">Adresse</a>\u00a0: {MEANWHILE}' in page

    page = save(office, ada, opened(office, ada) | {"first_name": "", "phone": "1", street: ""}).content.decode()
    assert page.count('role="alert"') == 1
    assert "Quelqu’un d’autre" not in page


def test_a_first_name_alone_is_asked_too(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    first, second = opened(office, ada), opened(office, ada)
    save(office, ada, second | {"first_name": "Adèle"})

    answer = save(office, ada, first | {"first_name": "Augusta"})

    assert set(answer.context["form"].errors) == {"first_name"}
    ada.refresh_from_db()
    assert ada.first_name == "Adèle"


def test_a_form_that_comes_back_says_what_others_wrote_beside(tenant: TenantFacts, office: Any, now: datetime) -> None:
    fields, ada = one_of_each(), person(now, street="1 rue A", postcode="13001", city="Marseille")
    coller, street = choice(fields["choices"], "Coller"), f"address-{ada.addresses.get().id}-street"
    number, yes_no, many, day = (f"custom_{fields[kind].key}" for kind in ("number", "yes_no", "choices", "date"))
    theirs = {"last_name": "Byron", number: "1,5", yes_no: "oui", many: [str(coller)], day: "2024-02-29"}
    theirs |= {"support_level": "2", "birth_date": "1980-01-01", street: "2 rue B"}
    theirs[f"status_emails_{ada.emails.get().id}"] = "bad"
    first, second = opened(office, ada), opened(office, ada)
    save(office, ada, second | theirs | {"first_name": "Adèle"})
    ada.refresh_from_db()
    kept = opened(office, ada)

    answer = save(office, ada, first | {"first_name": "Augusta"})

    page = answer.content.decode()
    for text in ('value="Byron"', 'value="1,5"', 'value="2024-02-29"', 'value="1980-01-01"', 'value="2 rue B"'):
        assert text in page, text
    for text in ('value="oui" selected', 'value="2" selected', 'value="bad" selected', f'value="{coller}" checked'):
        assert re.search(text.replace(" ", "[^>]* "), page), text
    count = PersonChange.objects.count()
    save(office, ada, kept | {"first_name": "Augusta", "shown": answer.context["shown"]})
    assert PersonChange.objects.count() == count + 1
    assert PersonChange.objects.latest("id").changes == {"first_name": ["Adèle", "Augusta"]}


def test_saving_twice_is_no_quarrel_and_nothing_touched_is_nothing_changed(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    fields = one_of_each()
    ada = person(now, street="1 rue A", postcode="01400", birth_date=now.date().replace(year=1980))
    told = {fields["date"].key: "2024-02-29", fields["number"].key: 0.1, fields["yes_no"].key: False}
    Person.objects.filter(pk=ada.pk).update(custom={str(key): value for key, value in told.items()})
    mine = opened(office, ada) | {"birth_name": "Byron"}
    count = PersonChange.objects.count()

    assert [save(office, ada, mine).status_code for _click in range(2)] == [302, 302]
    save(office, ada, opened(office, ada))

    assert PersonChange.objects.count() == count + 1


def test_what_was_typed_for_somebody_who_was_merged_meanwhile_is_not_hers(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    ada, other = person(now), person(now, 1)
    mine = opened(office, other)
    merge_people(keep=ada, merged=other, source=TEAM, now=now)

    save(office, other, mine | {"occupation": "Maçonne"})

    ada.refresh_from_db()
    assert ada.occupation == ""
