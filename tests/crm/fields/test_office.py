"""The screens: fields of the campaign, and their values on a person's page."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from crm.consent.services import Source
from crm.fields.models import CustomField, FieldChoice
from crm.people.models import Person
from crm.people.services import ContactData, capture
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tests.crm.fields.making import choice, one_of_each

FORM = Source(kind="form", reference="form:1")


def someone(now: datetime) -> Person:
    contact = ContactData(email="ada@example.org", first_name="Ada", last_name="Durand")
    return Person.objects.get(pk=capture(contact=contact, kind="signed_up", source=FORM, now=now).person_id)


def posted(office: Any, person: Person, **values: Any) -> Any:
    told = {"first_name": "Ada", "last_name": "Durand", "relationship": "regular", "language": "fr", "gender": ""}
    return office.post(reverse("people:edit", args=[person.uuid]), {**told, **values})


def test_a_field_is_made_with_its_choices_and_refused_without(tenant: TenantFacts, office: Any) -> None:
    told = {"name": "Taille", "kind": "choice", "choices": "S\n\n M \nm\n"}
    assert office.post(reverse("fields:index"), told).status_code == 302
    field = CustomField.objects.get()
    assert [one.name for one in field.offered] == ["S", "M"]
    again = office.post(reverse("fields:index"), told)
    assert again.status_code == 422
    bare = office.post(reverse("fields:index"), {"name": "Autre", "kind": "choices", "choices": ""})
    assert bare.context["form"].errors["choices"]
    assert CustomField.objects.count() == 1


@pytest.mark.parametrize("name", ["Religion", "intention de vote", "Santé", "Vote 2022", "Adhésion à un syndicat"])
def test_what_reveals_an_opinion_has_to_be_called_sensitive(tenant: TenantFacts, office: Any, name: str) -> None:
    told = {"name": name, "kind": "text"}
    assert office.post(reverse("fields:index"), told).context["form"].errors["is_sensitive"]
    office.post(reverse("fields:index"), {**told, "is_sensitive": "on"})
    assert CustomField.objects.get().is_sensitive


@pytest.mark.parametrize("name", ["Bureau de vote", "Vote par procuration", "Syndic de copropriété", "Participation"])
def test_what_only_looks_like_it_may_be_asked(tenant: TenantFacts, office: Any, name: str) -> None:
    office.post(reverse("fields:index"), {"name": name, "kind": "text"})
    assert not CustomField.objects.get().is_sensitive


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("manager", 200), ("communications", 403), ("reader", 403)]
)
def test_owner_and_manager_make_fields(
    tenant: TenantFacts, office_as: Callable[[str], Any], role: str, status: int
) -> None:
    assert office_as(role).get(reverse("fields:index")).status_code == status
    field = one_of_each()["choice"]
    assert office_as(role).get(reverse("fields:field", args=[field.pk])).status_code == status
    if status == 403:
        office_as(role).post(reverse("fields:archive", args=[field.pk]))
        assert CustomField.objects.get(pk=field.pk).archived_at is None


def test_fields_are_renamed_moved_archived_and_brought_back(tenant: TenantFacts, office: Any) -> None:
    field = one_of_each()["yes_no"]
    office.post(
        reverse("fields:field", args=[field.pk]),
        {"name": "Voiture", "help_text": "Le jour du vote", "is_sensitive": "on"},
    )
    office.post(reverse("fields:move", args=[field.pk]), {"do": "up"})
    field.refresh_from_db()
    assert (field.name, field.is_sensitive, field.position) == ("Voiture", True, 4)
    assert office.post(reverse("fields:field", args=[field.pk]), {"name": "taille"}).status_code == 422
    office.post(reverse("fields:archive", args=[field.pk]))
    assert "Voiture" in [one.name for one in office.get(reverse("fields:index")).context["archived"]]
    office.post(reverse("fields:archive", args=[field.pk]), {"restore": "1"})
    field.refresh_from_db()
    assert field.archived_at is None


def test_choices_are_added_renamed_and_archived(tenant: TenantFacts, office: Any) -> None:
    field = one_of_each()["choice"]
    office.post(reverse("fields:choice_create", args=[field.pk]), {"name": "XL"})
    large = FieldChoice.objects.get(field=field, name="XL")
    change = reverse("fields:choice_change", args=[large.pk])
    office.post(change, {"do": "rename", "name": "Très grand"})
    office.post(change, {"do": "up"})
    office.post(change, {"do": "rename", "name": "s"})
    large.refresh_from_db()
    assert (large.name, large.position) == ("Très grand", 2)
    office.post(change, {"do": "archive"})
    assert "Très grand" not in [one.name for one in CustomField.objects.get(pk=field.pk).offered]
    number = CustomField.objects.get(kind="number")
    assert office.post(reverse("fields:choice_create", args=[number.pk]), {"name": "XL"}).status_code == 404


def test_a_choice_among_several_has_no_sign_that_files_part_choices_by(tenant: TenantFacts, office: Any) -> None:
    told = {"name": "Aides", "kind": "choices", "choices": "Coller\nTracter, boîter"}
    refused = office.post(reverse("fields:index"), told)
    assert "ni virgule" in str(refused.context["form"].errors["choices"])
    assert "Tracter, boîter" in refused.content.decode()
    field = one_of_each()["choices"]
    coller = choice(field, "Coller")
    for address, name in (
        (reverse("fields:choice_create", args=[field.pk]), "Tracter | boîter"),
        (reverse("fields:choice_change", args=[coller]), "Coller; afficher"),
    ):
        assert "ni virgule" in office.post(address, {"name": name}, follow=True).content.decode()
    assert [one.name for one in field.offered] == ["Coller", "Tracter", "Écrire"]
    single = CustomField.objects.get(kind="choice")
    office.post(reverse("fields:choice_create", args=[single.pk]), {"name": "Grand, large"})
    assert choice(single, "Grand, large")


def test_values_are_written_and_shown_on_the_persons_page(tenant: TenantFacts, office: Any, now: datetime) -> None:
    fields = one_of_each()
    person = someone(now)
    key = {kind: f"custom_{field.key}" for kind, field in fields.items()}
    told = {
        key["text"]: "Zaz", key["number"]: "12,5", key["date"]: "2026-03-15", key["yes_no"]: "non",
        key["choice"]: str(choice(fields["choice"], "M")),
        key["choices"]: [str(choice(fields["choices"], "Coller")), str(choice(fields["choices"], "Écrire"))],
    }  # fmt: skip
    assert posted(office, person, **told).status_code == 302
    page = office.get(person.get_absolute_url()).content.decode()
    for text in ("Zaz", "12,5", "15 mars 2026", "Coller, Écrire", "Affiches collées"):
        assert text in page, text
    form = office.get(reverse("people:edit", args=[person.uuid])).context["form"]
    assert form.initial[key["yes_no"]] == "non"
    assert posted(office, person, **{**told, key["number"]: "douze"}).context["form"].errors[key["number"]]
    posted(office, person, **{**told, key["number"]: "", key["yes_no"]: ""})
    person.refresh_from_db()
    assert str(fields["number"].key) not in person.custom
    assert str(fields["text"].key) in person.custom


def test_a_field_is_not_called_as_what_every_person_has(tenant: TenantFacts, office: Any) -> None:
    for name in ("Prénom", "E-mail", "ville", "Code postal"):
        answer = office.post(reverse("fields:index"), {"name": name, "kind": "text"})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["name"]), name
    assert not CustomField.objects.exists()

    field = one_of_each()["text"]
    address = reverse("fields:field", args=[field.pk])
    assert "Toute personne a déjà" in office.post(address, {"name": "Nom"}).content.decode()
    CustomField.objects.filter(pk=field.pk).update(name="Ville", folded="ville")  # from before
    assert office.post(address, {"name": "Ville", "help_text": "Du club"}).status_code == 302


def test_a_mistyped_year_is_told_and_erases_nothing(tenant: TenantFacts, office: Any, now: datetime) -> None:
    field, person = one_of_each()["date"], someone(now)
    key = f"custom_{field.key}"
    posted(office, person, **{key: "2024-02-29", "birth_date": "1980-02-29"})

    for name, day in (
        (key, "0024-02-29"),
        (key, "9999-01-01"),
        ("birth_date", "0024-02-29"),
        ("birth_date", "2999-01-01"),
    ):
        answer = posted(office, person, **{key: "2024-02-29", "birth_date": "1980-02-29", name: day})
        assert list(answer.context["form"].errors) == [name], day

    person.refresh_from_db()
    assert (person.custom, str(person.birth_date)) == ({str(field.key): "2024-02-29"}, "1980-02-29")
    page = office.get(reverse("people:edit", args=[person.uuid])).content.decode()
    assert 'min="1800-01-01"' in page
    assert 'min="1900-01-01"' in page


@pytest.mark.parametrize("typed", ["1 234,50", "1\u00a0234,50", "1\u202f234,50", "1234.5"])
def test_a_number_is_read_as_french_writes_it(tenant: TenantFacts, office: Any, now: datetime, typed: str) -> None:
    field, person = one_of_each()["number"], someone(now)

    posted(office, person, **{f"custom_{field.key}": typed})

    person.refresh_from_db()
    assert person.custom == {str(field.key): 1234.5}


def test_an_archived_choice_stays_with_whoever_has_it(tenant: TenantFacts, office: Any, now: datetime) -> None:
    field = one_of_each()["choice"]
    person, medium = someone(now), choice(field, "M")
    posted(office, person, **{f"custom_{field.key}": str(medium)})
    office.post(reverse("fields:choice_change", args=[medium]), {"do": "archive"})
    posted(office, person, **{f"custom_{field.key}": str(medium), "first_name": "Adah"})
    person.refresh_from_db()
    assert (person.custom[str(field.key)], person.first_name) == (medium, "Adah")


def test_a_person_added_by_hand_comes_with_values(tenant: TenantFacts, office: Any) -> None:
    field = one_of_each()["number"]
    told = {"last_name": "Diallo", "relationship": "regular", "key": "k", f"custom_{field.key}": "3"}
    office.post(reverse("people:add"), told)
    assert Person.objects.get(last_name="Diallo").custom == {str(field.key): 3}


def test_fields_of_one_campaign_are_not_those_of_another(
    tenant: TenantFacts, other_tenant: TenantFacts, office: Any
) -> None:
    with tenant_context(other_tenant):
        theirs = one_of_each()["choice"].pk + 50
        CustomField.objects.create(pk=theirs, key=900, name="Leur champ", folded="leur champ", kind="text")
    assert b"Leur champ" not in office.get(reverse("fields:index")).content
    assert office.get(reverse("fields:field", args=[theirs])).status_code == 404


def test_the_list_shows_the_columns_that_a_member_chose(tenant: TenantFacts, office: Any, now: datetime) -> None:
    fields = one_of_each()
    person = someone(now)
    posted(office, person, **{f"custom_{fields['choice'].key}": str(choice(fields["choice"], "M"))})
    assert 'data-l="Taille"' not in office.get(reverse("people:list")).content.decode()
    chosen = [fields["choice"].column, fields["number"].column]
    office.post(reverse("people:columns"), {"columns": chosen, "back": reverse("people:list")})
    page = office.get(reverse("people:list")).content.decode()
    assert '<td data-l="Taille">M</td>' in page
    assert '<th scope="col">Affiches collées</th>' in page
