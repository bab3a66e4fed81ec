"""An address is one thing: no file makes one of two that do not go together."""

from datetime import datetime

import pytest

from crm.imports.models import Import
from crm.imports.undoing import undo_import
from crm.people.models import Person, PostalAddress
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported

COLUMNS = "email,adresse,cp,ville\n"
ROME = ("1 rue Ancienne", "13001", "Marseille")
Place = tuple[str, str, str]


def merged(now: datetime, before: Place, row: Place, existing: str) -> tuple[Place, str, Import]:
    """What is known after the second file, its département, and the import that brought it."""
    for place, choice in ((before, "fill"), (row, existing)):
        run = imported("f.csv", now, f"{COLUMNS}ada@example.org,{','.join(place)}\n".encode(), existing=choice)
    street, postcode, city, code = Person.objects.values_list("street", "postcode", "city", "departement_code").get()
    rows = PostalAddress.objects.values_list("street", "postcode", "city", "departement_code")
    assert list(rows) in ([], [(street, postcode, city, code)])
    return (street, postcode, city), code, run


@pytest.mark.parametrize(
    ("before", "row", "after", "code"),
    [
        (ROME, ("", "75011", "Paris"), ("", "75011", "Paris"), "75"),
        (ROME, ("", "75011", ""), ("", "75011", ""), "75"),
        (ROME, ("", "", "Paris"), ("", "", "Paris"), ""),
        (ROME, ("2 rue Neuve", "75011", ""), ("2 rue Neuve", "75011", ""), "75"),
        (ROME, ("2 rue Neuve", "", ""), ("2 rue Neuve", "13001", "Marseille"), "13"),
        (ROME, ("", "13001", "MARSEILLE"), ("1 rue Ancienne", "13001", "MARSEILLE"), "13"),
        (ROME, ("", "", "marseille"), ("1 rue Ancienne", "13001", "marseille"), "13"),
        (("8 rue X", "93200", "Saint-Denis"), ("", "93200", "St Denis"), ("8 rue X", "93200", "St Denis"), "93"),
        (("", "", ""), ("", "75011", "Paris"), ("", "75011", "Paris"), "75"),
        (ROME, ("", "", ""), ROME, "13"),
    ],
)  # fmt: skip
def test_another_town_takes_the_street_along(
    tenant: TenantFacts, now: datetime, before: Place, row: Place, after: Place, code: str
) -> None:
    place, departement, run = merged(now, before, row, "replace")
    assert (place, departement) == (after, code)

    Import.objects.filter(pk=run.pk).update(state="undoing")
    undo_import(import_id=run.pk, clock=lambda: now)
    assert Person.objects.values_list("street", "postcode", "city").get() == before


@pytest.mark.parametrize(
    ("before", "row", "after", "code"),
    [
        (("", "13004", "Marseille"), ("5 rue Neuve", "", "Lyon"), ("", "13004", "Marseille"), "13"),
        (("", "13004", ""), ("5 rue Neuve", "", "Lyon"), ("", "13004", ""), "13"),
        (("", "13004", "Marseille"), ("5 rue Neuve", "69001", "Marseille"), ("", "13004", "Marseille"), "13"),
        (("", "13004", "Marseille"), ("5 rue Neuve", "13004", ""), ("5 rue Neuve", "13004", "Marseille"), "13"),
        (("", "13004", "Marseille"), ("5 rue Neuve", "", "MARSEILLE"), ("5 rue Neuve", "13004", "Marseille"), "13"),
        (("", "13004", "Marseille"), ("5 rue Neuve", "", ""), ("5 rue Neuve", "13004", "Marseille"), "13"),
        (("", "", "Marseille"), ("5 rue Neuve", "13004", "Marseille"), ("5 rue Neuve", "13004", "Marseille"), "13"),
        (("", "", ""), ("5 rue Neuve", "", "Lyon"), ("5 rue Neuve", "", "Lyon"), ""),
        (ROME, ("5 rue Neuve", "75011", "Paris"), ROME, "13"),
    ],
)  # fmt: skip
def test_what_is_filled_in_goes_with_what_is_there(
    tenant: TenantFacts, now: datetime, before: Place, row: Place, after: Place, code: str
) -> None:
    assert merged(now, before, row, "fill")[:2] == (after, code)
