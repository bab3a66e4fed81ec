"""Ties of a file that comes again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from crm.imports.models import ImportBatch
from crm.imports.normalizing import Normalizer
from crm.people.editing import ContactChanges, edit_person
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import Activity, EmailAddress
from crm.relations.models import Affiliation, Organisation
from crm.relations.services import (
    affiliate_person,
    delete_organisation,
    end_affiliation,
    end_relation,
    relate_people,
    save_organisation,
)
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, state_of_everything
from tests.crm.imports.ties import OFFICE, ROWS, file, person, undone


def renamed(now: datetime) -> None:
    save_organisation(organisation=Organisation.objects.get(name="Mairie de Lyon"), values={"name": "Ville de Lyon"}, source=OFFICE, now=now)  # fmt: skip


def deleted(now: datetime) -> None:
    delete_organisation(organisation=Organisation.objects.get(name="Mairie de Lyon"), source=OFFICE, now=now)


def untied(now: datetime) -> None:
    end_affiliation(affiliation=Affiliation.objects.get(person=person("flo")), source=OFFICE, now=now)


def tied_elsewhere(now: datetime) -> None:
    port = Organisation.objects.get(name="Atelier du port")
    affiliate_person(person=person("flo"), organisation=port, kind="works", title="", source=OFFICE, now=now)


def recruited_by_another(now: datetime) -> None:
    relate_people(person=person("boris"), kind="recruiter", other=person("flo"), source=OFFICE, now=now)


def recruited_by_nobody(now: datetime) -> None:
    end_relation(person=person("boris"), kind="recruiter", other=person("ada"), source=OFFICE, now=now)


def recruiter_erased(now: datetime) -> None:
    erase_person(person_id=person("ada").pk, now=now)


def recruiter_merged(now: datetime) -> None:
    merge_people(keep=person("flo"), merged=person("ada"), source=OFFICE, now=now)


def recruiter_with_another_address(now: datetime) -> None:
    changes = ContactChanges(removed={"emails": [EmailAddress.objects.get(address="boris@example.org").id]})
    edit_person(person=person("boris"), values={}, contacts=changes, source=OFFICE, reason="", now=now)


def a_namesake(now: datetime) -> None:
    imported("autre.csv", now, b"email,prenom,nom\nada2@example.org,Ada,Roche\n")


def another_file_says_otherwise(now: datetime) -> None:
    imported("autre.csv", now, b"email,employeur\nflo@example.org,Port autonome\n", existing="replace")


def another_file_is_undone(now: datetime) -> None:
    undone(imported("autre.csv", now, b"email,employeur\nflo@example.org,Port autonome\n", existing="replace"), now)


EVENTS = [
    lambda _now: None, renamed, deleted, untied, tied_elsewhere, recruited_by_another, recruited_by_nobody, recruiter_erased, recruiter_merged,
    recruiter_with_another_address, a_namesake, another_file_says_otherwise, another_file_is_undone,
]  # fmt: skip


@pytest.mark.parametrize("existing", ["fill", "replace"])
@pytest.mark.parametrize("event", EVENTS)
def test_a_file_that_comes_again_says_what_it_would_say_to_whoever_kept_nothing(
    tenant: TenantFacts, now: datetime, event: Callable[[datetime], None], existing: str
) -> None:
    results = []
    for knows in (True, False):
        beginning = transaction.savepoint()
        imported("nb.csv", now, file(ROWS), existing=existing)
        imported("nb.csv", now + timedelta(hours=1), file(ROWS), existing=existing)
        event(now + timedelta(days=1))
        if not knows:
            ImportBatch.objects.update(fingerprints=None)
        results.append(state_of_everything(imported("nb.csv", now + timedelta(days=2), file(ROWS), existing=existing)))
        transaction.savepoint_rollback(beginning)
    assert results[0] == results[1]


def test_an_unchanged_row_with_an_employer_is_not_looked_at_again(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported("nb.csv", now, file(ROWS))
    Activity.objects.all().delete()
    looked_at: list[list[int]] = []
    real = Normalizer.normalize

    def normalize(self: Any, table: Any) -> Any:
        looked_at.append(table["line"].to_list())
        return real(self, table)

    monkeypatch.setattr(Normalizer, "normalize", normalize)
    run = imported("nb.csv", now + timedelta(days=1), file(ROWS))

    assert looked_at == [[2, 4, 5, 6, 7]]  # those of Ada and Flo speak of nobody else
    assert counts(run) == {"read": 7, "unchanged": 6, "merged": 1}
    assert not Activity.objects.exists()
    assert run.issue_counts["warning:nobody_meant"] == 1
