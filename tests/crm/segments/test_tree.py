from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from crm.segments.tree import MAX_CONDITIONS, CriteriaInvalid, parse, to_json


def problems_of(criteria: object) -> list[tuple[str, str]]:
    with pytest.raises(CriteriaInvalid) as caught:
        parse(criteria)
    return [(problem.path, problem.message) for problem in caught.value.problems]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_no_criteria_means_everyone() -> None:
    assert parse({}) is None
    assert to_json(None) == {}


@pytest.mark.parametrize(
    "criteria",
    [
        {"source": {"in": ["form", "import"]}},
        {"all": [{"age": {"between": [18, None]}}, {"not": {"support": {"in": [4, 5]}}}]},
        {"any": [{"joined": {"last_days": 30}}, {"all": [{"reach": {"by": ["email", "sms"]}}]}]},
        {"place": {"departements": ["13", "2A"]}},
    ],
)
def test_a_tree_comes_back_as_it_was(criteria: dict[str, Any]) -> None:
    assert to_json(parse(criteria)) == criteria


def test_values_are_put_in_their_one_form() -> None:
    assert to_json(parse({"support": {"in": [5, 3, 5]}})) == {"support": {"in": [3, 5]}}


@pytest.mark.parametrize("criteria", [None, [], "tags", 3, {"all": []}, {"any": {}}, {"tags": {}}, {"a": 1, "b": 2}])
def test_a_shape_that_is_not_a_tree_is_refused(criteria: object) -> None:
    assert problems_of(criteria)


def test_each_problem_is_told_with_its_place() -> None:
    criteria = {
        "all": [
            {"tags": {"any": ["x"]}},
            {"any": [{"voted": {"for": "someone"}}, {"age": {"over": 3}}]},
            {"support": {"in": [6]}},
        ]
    }
    assert problems_of(criteria) == [
        ("all[0].tags.any", "A list of whole numbers is expected."),
        ("all[1].any[0].voted", "“voted” is not a known condition."),
        ("all[1].any[1].age", "One of these is expected: between, unknown."),
        ("all[2].support.in", "Support levels go from 1 to 5."),
    ]


@pytest.mark.parametrize(
    "condition",
    [
        {"tags": {"any": []}},
        {"tags": {"any": [True]}},
        {"tags": {"any": [2**40]}},
        {"age": {"between": [40, 20]}},
        {"age": {"between": [None, None]}},
        {"age": {"between": ["18", 20]}},
        {"age": {"unknown": False}},
        {"place": {"communes": ["99999"]}},
        {"place": {"departements": ["Var"]}},
        {"joined": {"since": "31/02/2026"}},
        {"joined": {"last_days": 0}},
        {"reach": {"by": ["pigeon"]}},
        {"language": {"in": ["fr'; drop table people"]}},
        {"support": {"in": ["1"]}},
    ],
)
def test_a_value_that_makes_no_sense_is_refused(condition: dict[str, Any]) -> None:
    assert len(problems_of(condition)) == 1


def test_a_tree_has_a_limit_in_depth_and_in_breadth() -> None:
    deep: dict[str, Any] = {"age": {"unknown": True}}
    for _ in range(40):
        deep = {"not": deep}
    assert problems_of(deep)[0][1] == "Groups are nested too deeply."
    broad = {"any": [{"age": {"unknown": True}}] * (MAX_CONDITIONS + 1)}
    assert problems_of(broad)[0][1] == "There are too many conditions."
