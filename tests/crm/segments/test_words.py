from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from crm.fields.enums import FieldKind
from crm.fields.models import CustomField
from crm.people.models import Tag
from crm.segments.legal import legal_class_of
from crm.segments.queries import sentence_of
from crm.segments.registry import find_by_key
from crm.segments.tree import parse
from tenants.facts import TenantFacts

TAG, PLACE = {"tags": {"any": [1]}}, {"place": {"departements": ["13", "83"]}}


@pytest.fixture
def french(tenant: TenantFacts) -> Iterator[None]:
    Tag.objects.create(pk=1, name="bénévole")
    with translation.override("fr"):
        yield


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        ({}, "Toutes les personnes de votre fichier."),
        (TAG, "Les personnes qui ont l’étiquette «\xa0bénévole\xa0»."),
        (
            {"all": [PLACE, {"age": {"between": [None, 30]}}, {"not": {"any": [TAG, {"support": {"in": [4, 5]}}]}}]},
            "Les personnes qui habitent le département Bouches-du-Rhône (13) ou Var (83) et qui ont 30 ans ou moins, "
            "sauf celles qui ont l’étiquette «\xa0bénévole\xa0» ou qui ont le niveau de soutien 4 ou 5.",
        ),
        (
            {"all": [{"any": [TAG, PLACE]}, {"joined": {"last_days": 30}}]},
            "Les personnes qui (ont l’étiquette «\xa0bénévole\xa0» ou qui habitent le département Bouches-du-Rhône (13) ou "
            "Var (83)) et qui ont rejoint la campagne dans les 30 derniers jours.",
        ),
        (
            {"all": [TAG, {"age": {"between": [18, 30]}}, {"place": {"postcodes": ["13001"]}}]},
            "Les personnes qui ont l’étiquette «\xa0bénévole\xa0», qui ont de 18 à 30 ans et qui ont le code postal 13001.",
        ),
        ({"not": TAG}, "Toutes les personnes de votre fichier, sauf celles qui ont l’étiquette «\xa0bénévole\xa0»."),
        (
            {"tags": {"all": [1, 99]}},
            "Les personnes qui ont les étiquettes «\xa0bénévole\xa0» et une étiquette supprimée.",
        ),
        ({"place": {"communes": ["13055"]}}, "Les personnes qui habitent Marseille (13)."),
        (
            {"draw": {"people": 1, "salt": 7}},
            "Toutes les personnes de votre fichier. Parmi elles, 1 tirée au sort.",
        ),
        (
            {"draw": {"people": 2000, "salt": 7}},
            "Toutes les personnes de votre fichier. Parmi elles, 2\xa0000 tirées au sort.",
        ),
    ],
)
def test_a_segment_is_said_in_one_sentence(french: None, criteria: dict[str, Any], words: str) -> None:
    assert sentence_of(criteria) == words


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (FieldKind.NUMBER, [1, 3], "de 1 à 3"),
        (FieldKind.DATE, ["2026-03-02", "2026-03-15"], "du 2 mars 2026 au 15 mars 2026"),
    ],
)
def test_only_an_age_is_in_years(french: None, kind: FieldKind, value: list[Any], words: str) -> None:
    field = CustomField.objects.create(key=1, name="Champ", folded="champ", kind=kind)
    between, age = find_by_key(f"field:{field.key}.between"), find_by_key("age.between")
    assert between
    assert between.value_text(value) == words
    assert age
    assert age.value_text([1, 3]) == "de 1 à 3 ans"


@pytest.mark.parametrize(
    ("criteria", "is_selection", "may_target"),
    [
        ({}, False, True),
        ({"reach": {"by": ["email"]}}, False, True),
        (PLACE, True, True),
        ({"all": [{"reach": {"by": ["email"]}}, {"language": {"in": ["fr"]}}]}, True, True),
        ({"not": {"support": {"in": [5]}}}, True, False),
    ],
)
def test_any_choice_among_subscribers_makes_a_selection(
    tenant: TenantFacts, criteria: dict[str, Any], is_selection: bool, may_target: bool
) -> None:
    legal = legal_class_of(parse(criteria))
    assert (legal.is_selection, legal.may_target_online) == (is_selection, may_target)
