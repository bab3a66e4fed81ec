"""Imports that are taken back one after the other, the latest first: what an undone one left is nobody's life."""

from datetime import date, datetime, timedelta

import pytest

from crm.consent.models import ConsentEntry, ConsentState
from crm.people.models import Person, PersonChange, PostalAddress, TagChange
from crm.people.services import record_activity
from crm.people.tagging import change_tags
from crm.relations.models import Relation
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported
from tests.crm.imports.test_retracting import DATED
from tests.crm.imports.test_undoing import ADA, OFFICE, undone

LATER = timedelta(hours=1)
MORE = "email,prenom,nom,tags,adresse,cp,ville,mobile,note\nada@example.org,Ada,Byron,climat,2 rue de Siam,29200,Brest,0611223344,Rappeler.\n"


@pytest.mark.parametrize("after", ["nothing", "a tag", "a visit"])
def test_whom_another_import_corrected_leaves_once_both_are_undone(
    tenant: TenantFacts, now: datetime, after: str
) -> None:
    first = imported("a.csv", now, content=ADA)
    second = imported(
        "b.csv", now + LATER, content=MORE.encode(), existing="replace", tags=["Marché"], consent_channels=["email"]
    )
    ada = Person.objects.get()
    if after == "a tag":
        change_tags(person_ids=[ada.pk], add=ada.tag_ids[:1], remove=ada.tag_ids[1:], source=OFFICE, now=now + LATER)
    if after == "a visit":
        record_activity(person_id=ada.pk, kind="met", source=OFFICE, payload={}, now=now + LATER)
    assert undone(second, now + 2 * LATER).undo_counts["restored"] == 1
    for model in (PersonChange, TagChange, ConsentEntry):
        assert model.objects.filter(person=ada).exists()

    counts = undone(first, now + 3 * LATER).undo_counts

    stays = after != "nothing"
    assert (counts["removed"], counts["kept"]) == ((0, 1) if stays else (1, 0))
    assert (Person.objects.exists(), PostalAddress.objects.exists()) == (stays, False)


def test_an_import_that_still_stands_keeps_her(tenant: TenantFacts, now: datetime) -> None:
    first = imported("a.csv", now, content=ADA)
    imported("b.csv", now + LATER, content=MORE.encode())
    assert undone(first, now + 2 * LATER).undo_counts["kept"] == 1


def test_a_refusal_of_hers_that_an_undone_import_told_keeps_her(tenant: TenantFacts, now: datetime) -> None:
    first = imported("a.csv", now, content=ADA)
    second = imported("b.csv", now + LATER, content=DATED)
    assert undone(second, now + 2 * LATER).undo_counts["refusals_kept"] == 1

    assert undone(first, now + 3 * LATER).undo_counts["kept"] == 1

    assert ConsentState.objects.get().entry.given_on == date(2023, 5, 4)


def test_a_tie_of_an_undone_import_keeps_nobody(tenant: TenantFacts, now: datetime) -> None:
    first = imported("a.csv", now, content=ADA + b"boris@example.org,Petit\nchloe@example.org,Vidal\n")
    second, third = (
        imported(
            "b.csv", now + LATER, f"email,recruteur\nada@example.org,{name}@example.org\n".encode(), existing="replace"
        )
        for name in ("boris", "chloe")
    )
    for run in (second, third):  # not in turn: the tie that the third one had replaced comes back
        undone(run, now + 2 * LATER)
    assert Relation.objects.get().source_reference == f"import:{second.pk}"

    counts = undone(first, now + 3 * LATER).undo_counts

    assert (counts["removed"], counts["kept"]) == (3, 0)
    assert not Relation.objects.exists()
