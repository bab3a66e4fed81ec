"""Organisations are found by a slip of their names."""

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from crm.relations.models import Organisation
from crm.relations.searching import organisations_alike
from tenants.facts import TenantFacts


@pytest.fixture
def organisations(tenant: TenantFacts, now: datetime) -> None:
    for name in ("Mairie d’Aix", "Mairie de Brest", "Amicale (les Pêcheurs)"):
        Organisation.objects.create(name=name, created_at=now)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mairei", ["Mairie d’Aix", "Mairie de Brest"]),
        ("mairei brest", ["Mairie de Brest"]),
        ("Mérie d’Aix", ["Mairie d’Aix"]),
        ("pecheus", ["Amicale (les Pêcheurs)"]),
        ("mai", []),
        ("%", []),
        ("", []),
        ("123 456 789", []),
    ],
)
def test_a_slip_of_the_finger_is_forgiven(organisations: None, text: str, found: list[str]) -> None:
    assert set(organisations_alike(text).values_list("name", flat=True)) == set(found)


def test_the_list_offers_names_that_are_nearly_so(organisations: None, office: Any) -> None:
    answer = office.get(reverse("relations:organisations"), {"q": "mairei brest"})
    assert [one.name for one in answer.context["organisations"]] == ["Mairie de Brest"]
    assert "Aucune organisation ne s’appelle «\u00a0mairei brest\u00a0»" in answer.content.decode()
    for text in ("mairie", "zzzzzz"):
        assert "qui y ressemblent" not in office.get(reverse("relations:organisations"), {"q": text}).content.decode()


def test_the_slip_is_forgiven_among_what_is_asked_for(organisations: None, office: Any) -> None:
    Organisation.objects.filter(name="Mairie de Brest").update(kind="public")
    answer = office.get(reverse("relations:organisations"), {"q": "mairei", "kind": "public"})
    assert [one.name for one in answer.context["organisations"]] == ["Mairie de Brest"]
