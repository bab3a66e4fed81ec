"""Why is she in a segment that counts on another one? What that one asks stands below."""

from datetime import date, datetime
from typing import Any

import pytest

from crm.people.models import Person
from crm.segments.explain import LEVELS, Line, explain
from crm.segments.services import add_segment
from tenants.facts import TenantFacts
from tests.conftest import TenantClient

ADULT, FRENCH = {"age": {"between": [18, None]}}, {"language": {"in": ["fr"]}}


@pytest.fixture
def person(tenant: TenantFacts, now: datetime) -> Person:
    return Person.objects.create(first_name="Ada", language="en", birth_date=date(2000, 1, 1), created_at=now)


def kept(name: str, criteria: dict[str, Any], now: datetime) -> int:
    return add_segment(name=name, criteria=criteria, by=None, now=now).pk


def told(lines: tuple[Line, ...]) -> list[Any]:
    """Met, helps to be in, and what is below."""
    return [(line.is_met, line.is_right, *([told(line.lines)] if line.lines else [])) for line in lines]


def test_what_the_segment_inside_asks_is_told(person: Person, now: datetime) -> None:
    inner = kept("Adultes", {"all": [ADULT, FRENCH]}, now)
    below = [(True, True), (False, False)]
    assert told(explain({"segment": {"in": [inner]}}, person, now=now).lines) == [(False, False, below)]
    refused = [(True, False), (False, True)]
    assert told(explain({"segment": {"not_in": [inner]}}, person, now=now).lines) == [(True, True, refused)]
    assert told(explain({"not": {"segment": {"not_in": [inner]}}}, person, now=now).lines) == [
        (False, False, [(True, False, below)])
    ]


def test_of_several_each_is_told_by_its_name(person: Person, now: datetime) -> None:
    pks = [kept("Adultes", ADULT, now), kept("Francophones", FRENCH, now), kept("Tous", {}, now)]
    [line] = explain({"segment": {"in": pks}}, person, now=now).lines
    assert [inner.text.strip("“”« \xa0»") for inner in line.lines] == ["Adultes", "Francophones", "Tous"]
    assert told(line.lines) == [(True, True, [(True, True)]), (False, False, [(False, False)]), (True, True)]


def test_a_drawing_inside_is_told(person: Person, now: datetime) -> None:
    inner = kept("Tirage", {"draw": {"people": 5, "salt": 7, "of": ADULT}}, now)
    [line] = explain({"segment": {"in": [inner]}}, person, now=now).lines
    assert told(line.lines) == [(True, True), (True, True)]


def test_segments_in_one_another_are_told_to_a_certain_level(person: Person, now: datetime) -> None:
    pk = kept("0", ADULT, now)
    for number in range(LEVELS + 2):
        pk = kept(str(number + 1), {"segment": {"in": [pk]}}, now)
    lines, depth = explain({"segment": {"in": [pk]}}, person, now=now).lines, 0
    while lines := lines[0].lines:
        depth += 1
    assert depth == LEVELS


def test_the_page_shows_it(office: TenantClient, person: Person, now: datetime) -> None:
    inner = kept("Francophones", FRENCH, now)
    outer = kept("Dedans", {"segment": {"in": [inner]}}, now)
    page = office.get(f"/bureau/tris/{outer}/?who=Ada").content.decode()
    assert page.count("– non") == 2
