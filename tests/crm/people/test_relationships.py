"""The classes of the CNIL: what a file may say of them, and what the office shows."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from crm.consent.enums import Reach
from crm.people.models import Person
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported
from tests.crm.people.arriving import person

FILE = """Prénom,Nom,E-mail,Lien avec la campagne,Accepte e-mails
Ada,A,ada@example.org,Adhérente,oui
Boris,B,boris@example.org,occasionnel,oui
Chloé,C,chloe@example.org,,oui
David,D,david@example.org,cousin,oui
""".encode()


def classes() -> dict[str, str]:
    return dict(Person.objects.order_by("pk").values_list("first_name", "relationship"))


def imported_with(name: str, now: datetime, **choices: Any) -> Any:
    mapping = {"0": "first_name", "1": "last_name", "2": "email", "3": "relationship", "4": "email_opt_in"}
    return imported(name, now, FILE, mapping=mapping, **choices)


def test_a_column_of_an_import_says_how_close_each_is(tenant: TenantFacts, now: datetime) -> None:
    run = imported_with("contacts.csv", now)

    assert classes() == {"Ada": "member", "Boris": "occasional", "Chloé": "regular", "David": "regular"}
    assert run.issue_counts == {"warning:bad_relationship": 1}
    # A declared agreement is no consent of an occasional contact: the class is heard before anything is sent.
    assert Person.objects.get(first_name="Boris").email_reach == Reach.OCCASIONAL
    assert Person.objects.get(first_name="Ada").email_reach == Reach.REACHABLE


def test_a_rented_file_makes_no_members(tenant: TenantFacts, now: datetime) -> None:
    imported_with("contacts.csv", now, source_type="rented")

    assert set(classes().values()) == {"rented"}


def test_a_known_person_keeps_hers_unless_the_file_replaces(tenant: TenantFacts, now: datetime) -> None:
    person(now, email="ada@example.org", first_name="Ada", last_name="A")

    imported_with("contacts.csv", now)
    assert classes()["Ada"] == "regular"
    imported_with("again.csv", now, existing="replace")
    assert classes()["Ada"] == "member"


def test_the_list_shows_and_filters_by_class(tenant: TenantFacts, office: Any, now: datetime) -> None:
    imported_with("contacts.csv", now)

    page = office.get(reverse("people:list"), {"relationship": "member"}).content.decode()

    assert "A, Ada" in page
    assert "B, Boris" not in page
    assert '<td data-l="Lien">adhérent</td>' in page


def test_the_page_of_classes_counts_and_says_the_law(tenant: TenantFacts, office: Any, now: datetime) -> None:
    imported_with("contacts.csv", now)

    page = office.get(reverse("people:relationships"))

    assert {line.relationship.value: line.count for line in page.context["lines"]} == {
        "member": 1, "ex_member": 0, "regular": 2, "occasional": 1, "roll": 0, "rented": 0,
    }  # fmt: skip
    assert "deux mois" in page.content.decode()
