"""The campaign's own fields in an export, and back by our own import."""

import csv
import io
import json
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from crm.consent.services import Source
from crm.exports.columns import COLUMNS
from crm.exports.own_columns import headings_of
from crm.fields.models import CustomField
from crm.fields.names import fold
from crm.fields.services import archive_field, make_field
from crm.people.models import EmailAddress, Person, PersonChange, PhoneNumber, PostalAddress
from crm.people.services import ContactData, capture
from tenants.facts import TenantFacts
from tests.crm.exports.exporting import NEW, content, export
from tests.crm.fields.making import one_of_each
from tests.crm.imports.importing import counts, imported


def test_own_fields_are_columns_and_come_back_unchanged(
    tenant: TenantFacts, confirmed: Any, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    fields = one_of_each()
    key = {kind: str(field.key) for kind, field in fields.items()}
    told = {
        key["text"]: "=1+1", key["number"]: "12,5", key["date"]: "2026-03-15", key["choice"]: "M",
        key["choices"]: "Écrire, Coller", key["yes_no"]: "non",
    }  # fmt: skip
    capture(
        contact=ContactData(email="ada@example.org", last_name="Durand", custom=told),
        kind="signed_up", source=Source("form", "form:1"), now=now,
    )  # fmt: skip
    before = Person.objects.get().custom
    assert len(before) == 6
    assert "Affiches collées" in confirmed.get(NEW).content.decode()

    run = export(
        confirmed, django_capture_on_commit_callbacks,
        columns=["email", *(field.column for field in fields.values())], format="csv",
    )  # fmt: skip

    head, line = content(run).decode().splitlines()
    assert head == "E-mail,Nom de scène,Affiches collées,Adhésion,Taille,Envies,A une voiture"
    assert line == 'ada@example.org,\'=1+1,12.5,2026-03-15,M,"Coller, Écrire",non'
    back = imported("retour.csv", now, content(run))
    assert counts(back) == {"read": 1, "unchanged": 1}
    assert Person.objects.get().custom == before
    assert not PersonChange.objects.exists()
    book = export(
        confirmed, django_capture_on_commit_callbacks,
        columns=["email", *(field.column for field in fields.values())], format="xlsx",
    )  # fmt: skip
    assert counts(imported("retour.xlsx", now, content(book))) == {"read": 1, "unchanged": 1}
    assert Person.objects.get().custom == before


def test_an_own_field_that_is_called_like_a_column_of_ours_takes_nothing_from_it(
    tenant: TenantFacts, confirmed: Any, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    for key, called in enumerate(("E-mail", "NOM", "Téléphone"), start=1):  # of before such names were refused
        CustomField.objects.create(key=key, name=called, folded=fold(called), kind="text")
    mail, name, phone = CustomField.objects.order_by("key")
    told = {str(mail.key): "le vieux", str(name.key): "Durand-Petit", str(phone.key): "rouge"}
    contact = ContactData(email="ada@example.org", last_name="Durand", phone="0612345678", custom=told)
    capture(contact=contact, kind="signed_up", source=Source("form", "form:1"), now=now)
    columns = ["last_name", "email", "phone", mail.column, name.column, phone.column]

    run = export(confirmed, django_capture_on_commit_callbacks, columns=columns, format="json")

    told = {
        "Nom": "Durand", "E-mail": "ada@example.org", "Téléphone": "06 12 34 56 78",
        "E-mail (champ de la campagne)": "le vieux", "NOM (champ de la campagne)": "Durand-Petit", "Téléphone (champ de la campagne)": "rouge",
    }  # fmt: skip
    assert json.loads(content(run)) == [told]
    page = confirmed.get(f"/bureau/personnes/exports/{run.uuid}/").content.decode()
    assert (
        "Nom, E-mail, Téléphone, E-mail (champ de la campagne), NOM (champ de la campagne), Téléphone (champ de la campagne)"
        in page
    )
    run = export(confirmed, django_capture_on_commit_callbacks, columns=columns, format="csv")
    assert list(csv.DictReader(io.StringIO(content(run).decode()))) == [told]


def test_no_two_columns_of_ours_have_one_heading(tenant: TenantFacts) -> None:
    for language in ("fr", "en"):
        with override(language):
            assert len(set(headings_of(list(COLUMNS.values())))) == len(COLUMNS)


def test_the_log_calls_a_field_by_its_name(
    tenant: TenantFacts, confirmed: Any, people: list[Person], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    make_field(name="Taille", kind="text")
    field = CustomField.objects.get()
    export(confirmed, django_capture_on_commit_callbacks, f"?f{field.key}=M", columns=["email", field.column])
    archive_field(field=field, now=now)

    page = confirmed.get("/bureau/reglages/acces/journal/").content.decode()
    assert "E-mail, Taille" in page
    assert "filtrées par taille" in page


def test_an_archived_field_is_offered_no_more(tenant: TenantFacts, confirmed: Any, now: datetime) -> None:
    field = one_of_each()["choice"]
    archive_field(field=field, now=now)
    assert "Taille" not in confirmed.get(NEW).content.decode()
    wish = {"columns": [field.column], "format": "csv", "reason": "Soirée du 3 mai"}
    assert confirmed.post(NEW, wish).status_code == 422


def test_all_of_her_addresses_are_exported_and_come_back(
    tenant: TenantFacts, confirmed: Any, people: list[Person], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    ada = people[0]
    for number in range(3, 7):
        EmailAddress.objects.create(person=ada, address=f"ada{number}@example.org", is_primary=False)
        PhoneNumber.objects.create(person=ada, number=f"+3361234560{number}", is_primary=False)
    PostalAddress.objects.create(person=ada, street="1 quai", postcode="29200", city="Brest", is_primary=False)
    PostalAddress.objects.create(person=ada, city="Liège", country="BE", is_primary=False)
    mine = ["email", "email2", "email3", "email4", "phone", "phone2", "phone3", "phone4", "other_addresses"]

    run = export(confirmed, django_capture_on_commit_callbacks, columns=mine, format="csv")

    told = next(csv.DictReader(io.StringIO(content(run).decode())))
    assert told["Email 4"] == "ada4@example.org, ada5@example.org, ada6@example.org"
    assert told["Tel 4"] == "06 12 34 56 04, 06 12 34 56 05, 06 12 34 56 06"
    assert told["Autres adresses"] == "1 quai, 29200 Brest\nLiège, BE"
    EmailAddress.objects.filter(address="ada6@example.org").delete()
    imported("contacts.csv", timezone.now(), content(run))
    assert EmailAddress.objects.filter(person=ada, address="ada6@example.org").exists()
