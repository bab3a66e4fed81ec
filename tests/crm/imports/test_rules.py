"""Each rule, for each kind of column, on somebody who is known; and what a rule does not suit."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from crm.fields.enums import FieldKind
from crm.fields.services import ensure_choices, make_field
from crm.imports.models import Import
from crm.imports.rules import all_rules, rules_for_target
from crm.imports.undoing import undo_import
from crm.people.models import Note, Person, PersonChange, Tag
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, received

COLUMNS = "email,prenom,nom,profession,date de naissance,adresse,code postal,ville,portable,tags,note\n"
BEFORE = COLUMNS + "ada@example.org,Ada,,Maçonne,,1 rue de Rome,13001,Marseille,0612345601,climat,Bonjour\n"
AFTER = (
    COLUMNS
    + "ada@example.org,Adèle,Roche,Menuisière,14/05/1990,8 rue Paradis,13006,Marseille,0612345602,logement,Bonsoir\n"
)
NUMBERS = {name: str(number) for number, name in enumerate(COLUMNS.strip().split(","))}


def again(now: datetime, rules: dict[str, str], **choices: Any) -> tuple[Person, Import]:
    imported("avant.csv", now, BEFORE.encode())
    run = imported(
        "apres.csv", now, AFTER.encode(), rules={NUMBERS[name]: rule for name, rule in rules.items()}, **choices
    )
    return Person.objects.get(), run


@pytest.mark.parametrize(
    ("rule", "occupation", "last_name", "birth_date"),
    [("keep", "Maçonne", "", "None"), ("fill", "Maçonne", "Roche", "1990-05-14"), ("replace", "Menuisière", "Roche", "1990-05-14")],
)  # fmt: skip
@pytest.mark.parametrize("existing", ["fill", "replace"])
def test_one_value(
    tenant: TenantFacts, now: datetime, existing: str, rule: str, occupation: str, last_name: str, birth_date: str
) -> None:
    person, _run = again(now, dict.fromkeys(("profession", "nom", "date de naissance"), rule), existing=existing)
    assert (person.occupation, person.last_name, str(person.birth_date)) == (occupation, last_name, birth_date)
    assert person.first_name == ("Adèle" if existing == "replace" else "Ada")  # as for the whole file


@pytest.mark.parametrize(
    ("existing", "rule", "language"),
    [("fill", "", "fr"), ("fill", "keep", "fr"), ("fill", "replace", "en"), ("replace", "", "en"), ("replace", "keep", "fr")],
)  # fmt: skip
def test_a_language_changes_only_where_it_is_replaced(
    tenant: TenantFacts, now: datetime, existing: str, rule: str, language: str
) -> None:
    """Everybody has one, so that none is ever filled in."""
    imported("avant.csv", now, b"email,langue\nada@example.org,\nboris@example.org,anglais\n")
    content = b"email,langue\nada@example.org,anglais\nboris@example.org,\n"
    run = imported("apres.csv", now, content, existing=existing, rules={"1": rule})

    ada, boris = Person.objects.order_by("email")
    assert (ada.language, boris.language) == (language, "en")  # an empty cell says nothing
    changes = [change for row in PersonChange.objects.values_list("changes", flat=True) for change in row.items()]
    assert changes == ([("language", ["fr", "en"])] if language == "en" else [])

    Import.objects.filter(pk=run.pk).update(state="undoing")
    undo_import(import_id=run.pk, clock=lambda: now)
    assert list(Person.objects.order_by("email").values_list("language", flat=True)) == ["fr", "en"]


def test_a_language_that_was_chosen_since_stays(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, b"email,langue\nada@example.org,\n")
    run = imported("apres.csv", now, b"email,langue\nada@example.org,anglais\n", rules={"1": "replace"})
    Person.objects.update(language="br")
    Import.objects.filter(pk=run.pk).update(state="undoing")
    undo_import(import_id=run.pk, clock=lambda: now)
    assert Person.objects.get().language == "br"


@pytest.mark.parametrize(
    ("rule", "street"), [("keep", "1 rue de Rome"), ("fill", "1 rue de Rome"), ("replace", "8 rue Paradis")]
)
def test_an_address_changes_as_a_whole(tenant: TenantFacts, now: datetime, rule: str, street: str) -> None:
    person, _run = again(now, {"adresse": rule})
    assert (person.street, person.postcode) == (street, "13001" if street == "1 rue de Rome" else "13006")
    assert person.addresses.get().street == street


@pytest.mark.parametrize(
    ("rule", "numbers"),
    [
        ("keep", ["+33612345601"]), ("fill", ["+33612345601"]), ("add", ["+33612345601", "+33612345602"]),
        ("replace", ["+33612345602", "+33612345601"]),
    ],
)  # fmt: skip
def test_phones(tenant: TenantFacts, now: datetime, rule: str, numbers: list[str]) -> None:
    person, _run = again(now, {"portable": rule})
    assert list(person.phones.order_by("-is_primary").values_list("number", flat=True)) == numbers
    assert person.phone == numbers[0]


@pytest.mark.parametrize(("rule", "addresses"), [("keep", 1), ("fill", 1), ("add", 2), ("replace", 2)])
def test_emails(tenant: TenantFacts, now: datetime, rule: str, addresses: int) -> None:
    imported("avant.csv", now, b"email,mail 2,prenom\nada@example.org,,Ada\n")
    imported("apres.csv", now, b"email,mail 2,prenom\nautre@example.org,ada@example.org,Ada\n", rules={"0": rule})
    person = Person.objects.get()
    assert (person.emails.count(), person.email) == (
        addresses,
        "autre@example.org" if rule == "replace" else "ada@example.org",
    )


@pytest.mark.parametrize(
    ("rule", "tags", "notes"),
    [("keep", {"climat"}, {"Bonjour"}), ("fill", {"climat"}, {"Bonjour"}), ("add", {"climat", "logement"}, {"Bonjour", "Bonsoir"})],
)  # fmt: skip
def test_tags_and_notes(tenant: TenantFacts, now: datetime, rule: str, tags: set[str], notes: set[str]) -> None:
    person, _run = again(now, {"tags": rule, "note": rule}, tags=["Marché"])
    assert set(Tag.objects.filter(pk__in=person.tag_ids).values_list("name", flat=True)) == tags | {"Marché"}
    assert set(Note.objects.values_list("text", flat=True)) == notes


@pytest.mark.parametrize(
    ("rule", "town", "skills"),
    [("keep", "Lyon", [0]), ("fill", "Lyon", [0]), ("replace", "Nice", [1]), ("add", "Lyon", [0, 1])],
)
def test_own_fields(tenant: TenantFacts, now: datetime, rule: str, town: str, skills: list[int]) -> None:
    text, several = make_field(name="Club", kind=FieldKind.TEXT), make_field(name="Talents", kind=FieldKind.CHOICES)
    ids = list(ensure_choices(field=several, names=["chant", "danse"]).values())
    mapping = {"0": "email", "1": f"field:{text.key}", "2": f"field:{several.key}"}
    imported("avant.csv", now, b"email,club,talents\nada@example.org,Lyon,chant\n", mapping=mapping)
    rules = {"1": "keep" if rule == "add" else rule, "2": rule}
    imported("apres.csv", now, b"email,club,talents\nada@example.org,Nice,danse\n", mapping=mapping, rules=rules)
    assert Person.objects.get().custom == {
        str(text.key): town,
        str(several.key): sorted(ids[number] for number in skills),
    }


def test_what_every_column_keeps_changes_nothing(tenant: TenantFacts, now: datetime) -> None:
    before = Person.objects.count()
    person, run = again(now, dict.fromkeys(NUMBERS, "keep"))
    assert (before, person.occupation, counts(run)) == (0, "Maçonne", {"read": 1, "unchanged": 1})


def test_what_a_rule_replaced_can_be_taken_back(tenant: TenantFacts, now: datetime) -> None:
    _person, run = again(now, {"profession": "replace", "adresse": "replace", "portable": "replace"})
    Import.objects.filter(pk=run.pk).update(state="undoing")
    undo_import(import_id=run.pk, clock=lambda: now)
    person = Person.objects.get()
    assert (person.occupation, person.street) == ("Maçonne", "1 rue de Rome")


def test_defaults_are_those_of_the_whole_file() -> None:
    mapping = {"0": "email", "1": "tags", "2": "field:4"}
    fill, replace = (all_rules(mapping, {}, existing) for existing in ("fill", "replace"))
    assert (fill["emails"], fill["tags"], fill["place"], fill["field:4"]) == ("add", "add", "fill", "fill")
    assert (replace["emails"], replace["tags"], replace["place"], replace["field:4"]) == ("replace", "add", "replace", "replace")  # fmt: skip


def test_agreements_have_no_rule() -> None:
    assert not rules_for_target("email_opt_in")
    assert not rules_for_target("external_id")
    assert rules_for_target("language") == rules_for_target("relationship") == {"keep", "replace"}


def test_rules_are_chosen_beside_each_column(office: Client, now: datetime) -> None:
    run = received("apres.csv", now, AFTER.encode())
    form = {"name": "Marché", **{f"column-{number}": target for number, target in run.mapping.items()}}
    page = f"/bureau/imports/{run.pk}/colonnes/"

    refused = office.post(page, {**form, f"rule-{NUMBERS['nom']}": "add", f"rule-{NUMBERS['note']}": "replace"})
    assert set(refused.context["form"].errors) == {f"rule-{NUMBERS['nom']}", f"rule-{NUMBERS['note']}"}
    torn = office.post(page, {**form, f"rule-{NUMBERS['adresse']}": "keep", f"rule-{NUMBERS['ville']}": "replace"})
    assert set(torn.context["form"].errors) == {f"rule-{NUMBERS['ville']}"}

    office.post(page, {**form, f"rule-{NUMBERS['nom']}": "replace"})
    run.refresh_from_db()
    assert run.rules == {NUMBERS["nom"]: "replace"}
    assert 'value="replace" selected' in office.get(page).content.decode()
