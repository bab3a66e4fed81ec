"""Somebody named by hand: her whole name either way round, her e-mail, or those who may be meant."""

from typing import Any

import pytest

from crm.people.models import Person
from crm.relations.naming import read_person
from crm.segments.registry import CriterionInvalid
from tenants.facts import TenantFacts


@pytest.mark.parametrize("entry", ["Mourad Boudjema", "Boudjema Mourad", "boudjéma, mourad"])
def test_a_whole_name_means_its_bearer_either_way_round(tenant: TenantFacts, now: Any, entry: str) -> None:
    mourad = Person.objects.create(first_name="Mourad", last_name="Boudjema", created_at=now)
    Person.objects.create(first_name="Mourad", last_name="Boudjemaa", created_at=now)
    assert read_person(entry) == mourad.pk


@pytest.mark.parametrize(
    ("entry", "words", "suggested"),
    [("Boudjema", "nom complet", 1), ("Mourad", "plusieurs personnes", 2), ("Zoé", "Personne ne s’appelle", 0)],
)
def test_otherwise_it_is_told_who_may_be_meant(
    tenant: TenantFacts, now: Any, entry: str, words: str, suggested: int
) -> None:
    for last_name in ("Boudjema", "Cros"):
        Person.objects.create(first_name="Mourad", last_name=last_name, created_at=now)
    with pytest.raises(CriterionInvalid) as refused:
        read_person(entry)
    assert words in str(refused.value.message)
    assert len(refused.value.suggestions) == suggested
