"""«Replace»: a file's tags take the place of those that files brought, and all of it is given back by batches."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.consent.entries import Source
from crm.fields.enums import FieldKind
from crm.fields.services import ensure_choices, make_field
from crm.imports.differences import shown_differences
from crm.imports.models import Import, UpdatedPerson
from crm.imports.services import ask_undo
from crm.imports.trying import ask_trial, try_import
from crm.imports.undoing import undo_import
from crm.people.models import EmailAddress, Person, Tag, TagChange
from crm.people.tag_keeping import delete_tag
from crm.people.tagging import add_tags
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported, received, state_of_everything

OFFICE = Source(kind="office", reference="person")
BEFORE = 'email,tags\nada@example.org,"climat, logement"\nboris@example.org,climat\n'
AFTER = 'email,tags\nada@example.org,"logement, europe"\nboris@example.org,\n'
REPLACE = {"1": "replace"}


def tags(name: str) -> set[str]:
    return set(Tag.objects.filter(pk__in=Person.objects.get(email=f"{name}@example.org").tag_ids).values_list("name", flat=True))  # fmt: skip


def undone(run: Import, now: datetime) -> Import:
    ask_undo(import_id=run.pk, now=now)
    undo_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert run.state == "undone"
    return run


# --- tags -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def known(tenant: TenantFacts, now: datetime) -> Import:
    run = imported("avant.csv", now, BEFORE.encode())
    people = list(Person.objects.values_list("pk", flat=True))
    add_tags(person_ids=people, tags=["Réunion de mars"], source=OFFICE, now=now)
    return run


@pytest.mark.parametrize("own", [[], ["Marché"]])
def test_tags_of_files_are_replaced_those_of_the_team_stay(known: Import, now: datetime, own: list[str]) -> None:
    run = imported("apres.csv", now, AFTER.encode(), rules=REPLACE, tags=own)

    assert tags("ada") == {"logement", "europe", "Réunion de mars", *own}
    assert tags("boris") == {"climat", "Réunion de mars", *own}  # a row without tags says nothing
    removed = TagChange.objects.filter(source_reference=f"import:{run.pk}").exclude(removed=[])
    assert [list(Tag.objects.filter(pk__in=one.removed).values_list("name", flat=True)) for one in removed] == [
        ["climat"]
    ]


def test_what_it_took_away_is_given_back(known: Import, now: datetime) -> None:
    before = state_of_everything(known)["people"]
    run = imported("apres.csv", now, AFTER.encode(), rules=REPLACE, tags=["Marché"])
    undone(run, now)
    assert state_of_everything(known)["people"] == before


def test_a_tag_that_is_gone_since_stays_gone(known: Import, now: datetime) -> None:
    run = imported("apres.csv", now, AFTER.encode(), rules=REPLACE)
    delete_tag(tag=Tag.objects.get(name="climat"), source=OFFICE, now=now)
    undone(run, now)
    assert tags("ada") == {"logement", "Réunion de mars"}


def test_the_same_file_again_replaces_nothing(known: Import, now: datetime) -> None:
    imported("apres.csv", now, AFTER.encode(), rules=REPLACE)
    run = imported("apres.csv", now + timedelta(days=1), AFTER.replace("\n", "\r\n").encode(), rules=REPLACE)
    assert (run.updated, run.unchanged) == (0, 2)


def test_the_dry_run_shows_what_goes_and_what_comes(known: Import, now: datetime) -> None:
    run = received("apres.csv", now, AFTER.encode())
    run.source_type, run.rules = "former_tool", REPLACE
    run.save()
    ask_trial(import_id=run.pk, now=now)
    try_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert [(one.count, one.samples) for one in shown_differences(run.trial["columns"])] == [
        (1, (("climat", "europe"),))
    ]


# --- fields, first addresses, addresses that fail ---------------------------------------------------------------------
COLUMNS = "email,mail 2,prenom,date de naissance,adresse,cp,ville,club,talents\n"


@pytest.fixture
def mapping(tenant: TenantFacts) -> dict[str, str]:
    club, talents = make_field(name="Club", kind=FieldKind.TEXT), make_field(name="Talents", kind=FieldKind.CHOICES)
    ensure_choices(field=talents, names=["chant", "danse"])
    columns = ("email", "email", "first_name", "birth_date", "street", "postcode", "city", f"field:{club.key}", f"field:{talents.key}")  # fmt: skip
    return {str(number): target for number, target in enumerate(columns)}


def rows(first: str, street: str, club: str, number: int = 30) -> bytes:
    lines = (
        f"a{at}@example.org,b{at}@example.org,{first},1{at % 10}/05/1990,{at} {street},13001,Marseille,{club},{'chant' if at % 2 else 'danse'}"
        for at in range(number)
    )
    return (COLUMNS + "\n".join(lines) + "\n").encode()


def known_people(now: datetime, mapping: dict[str, str], number: int = 30) -> None:
    imported("avant.csv", now, rows("Ada", "rue de Rome", "", number), mapping=mapping)


def swapped(content: bytes) -> bytes:
    """The second address first."""
    return b"\n".join(b",".join((*line.split(b",")[1::-1], *line.split(b",")[2:])) for line in content.split(b"\n"))


def test_everything_is_given_back_as_it_was(tenant: TenantFacts, now: datetime, mapping: dict[str, str]) -> None:
    known_people(now, mapping)
    before = state_of_everything(Import.objects.get())
    run = imported(
        "apres.csv", now, swapped(rows("Augusta", "quai des Belges", "Lyon")), existing="replace", mapping=mapping
    )
    assert Person.objects.filter(email__startswith="b", first_name="Augusta", street__endswith="Belges").count() == 30

    assert undone(run, now).undo_counts == {
        "total": 30,
        "done": 30,
        "restored": 30,
        "removed": 0,
        "kept": 0,
        "fields_kept": 0,
    }

    after = state_of_everything(Import.objects.order_by("pk")[0])
    for told in ("people", "emails", "addresses", "phones"):
        assert after[told] == before[told]


def test_what_was_changed_since_stays_and_is_counted(
    tenant: TenantFacts, now: datetime, mapping: dict[str, str]
) -> None:
    known_people(now, mapping)
    run = imported(
        "apres.csv", now, swapped(rows("Augusta", "quai des Belges", "Lyon")), existing="replace", mapping=mapping
    )
    club = str(mapping["7"].removeprefix("field:"))
    one, two, three, four = Person.objects.order_by("pk")[:4]
    Person.objects.filter(pk=one.pk).update(first_name="Adèle")
    Person.objects.filter(pk=two.pk).update(street="9 rue de Siam")
    Person.objects.filter(pk=three.pk).update(custom=three.custom | {club: "Nice"})
    EmailAddress.objects.filter(person=four).update(is_primary=False)
    chosen = EmailAddress.objects.create(person=four, address="c@example.org", is_primary=True)

    assert undone(run, now).undo_counts["fields_kept"] == 3

    for person in (one, two, three, four):
        person.refresh_from_db()
    assert (one.first_name, one.street) == ("Adèle", "0 rue de Rome")
    assert (two.first_name, two.street, two.custom.get(club)) == ("Ada", "9 rue de Siam", None)
    assert (three.first_name, three.custom[club]) == ("Ada", "Nice")
    assert four.emails.get(is_primary=True) == chosen
    assert four.email == "c@example.org"


def test_a_first_address_that_the_file_brought_gives_way(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, b"email,mail 2,prenom\nada@example.org,roche@example.org,Ada\n")
    EmailAddress.objects.update(is_primary=False)  # she prefers the second one, which is the younger row
    EmailAddress.objects.filter(address="roche@example.org").update(is_primary=True)
    run = imported(
        "apres.csv", now, b"email,mail 2\nneuve@example.org,ada@example.org\n", rules={"0": "replace", "1": "replace"}
    )
    assert Person.objects.get().email == "neuve@example.org"

    undone(run, now)

    assert Person.objects.get().email == "roche@example.org"


def test_an_address_that_the_file_called_failing_works_again(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, b"email,prenom\nada@example.org,Ada\nboris@example.org,Boris\n")
    EmailAddress.objects.filter(address="boris@example.org").update(status="bad", status_reason="550", status_at=now)
    run = imported("apres.csv", now, b"email1,email1_is_bad\nada@example.org,true\nboris@example.org,true\n")
    assert EmailAddress.objects.filter(status="bad").count() == 2

    undone(run, now)

    assert list(EmailAddress.objects.order_by("id").values_list("status", "status_reason")) == [
        ("unknown", ""),
        ("bad", "550"),
    ]


def test_giving_back_many_takes_as_many_statements_as_giving_back_few(
    tenant: TenantFacts, now: datetime, mapping: dict[str, str]
) -> None:
    asked = []
    for number in (3, 30):
        known_people(now, mapping, number)
        content = rows("Augusta", "quai des Belges", "Lyon", number)
        run = imported("apres.csv", now, content, existing="replace", mapping=mapping)
        assert UpdatedPerson.objects.filter(import_run=run).count() == number
        with CaptureQueriesContext(
            connection,
        ) as queries:
            undone(run, now)
        asked.append(len(queries))
        Person.objects.all().delete()
    assert asked[0] == asked[1]


def test_the_next_import_looks_at_people_who_were_given_back(tenant: TenantFacts, now: datetime) -> None:
    content = b"email,prenom\nada@example.org,Ada\n"
    choices: dict[str, Any] = {"existing": "replace"}
    imported("avant.csv", now, content, **choices)
    run = imported("autre.csv", now + timedelta(hours=1), b"email,profession\nada@example.org,Docker\n")
    Person.objects.update(first_name="Augusta")
    imported("avant.csv", now + timedelta(hours=2), content, **choices)
    undone(run, now + timedelta(hours=3))
    Person.objects.update(first_name="Augusta")

    assert imported("avant.csv", now + timedelta(hours=4), content, **choices).updated == 1
