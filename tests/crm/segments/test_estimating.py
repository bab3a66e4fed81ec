"""What the sample's bits say of a tree is what the query says of the sample's people."""

from datetime import date, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from crm.consent.enums import Reach
from crm.consent.models import ConsentState
from crm.people.models import Activity, Person
from crm.segments import counting
from crm.segments.estimating import Sample, rounded
from crm.segments.models import Segment
from crm.segments.panel import online_of, sample_of
from crm.segments.queries import unknown_birth_count
from crm.segments.tree import parse
from shared.sampling import SAMPLED
from tenants.facts import TenantFacts
from tests.crm.segments import forests
from tests.crm.segments.forests import NOW
from tests.crm.segments.plain import Facts
from tests.crm.segments.test_compiler import EASY, ground, settle

__all__ = ["ground"]
CAME = {"activity": {"done": {"kinds": ["signed_up"]}}}
YOUNG = {"age": {"between": [None, 30]}}


@EASY
@given(crowd=st.lists(forests.people, min_size=1, max_size=9), forest=forests.forest, referred=forests.referred)
def test_the_sample_counts_whom_the_query_finds(
    ground: None, crowd: list[Facts], forest: list[dict[str, Any]], referred: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    for number, facts in enumerate(crowd, start=1_000):
        facts.columns["id"] = number * SAMPLED
    world = settle(crowd, *referred)
    cache.clear()
    nodes = [parse(criteria) for criteria in forest if "draw" not in criteria]
    sample = Sample(nodes, now=NOW)
    members = [world.members(criteria) for criteria in forest if "draw" not in criteria]
    assert [sample.people(node) for node in nodes] == [rounded(SAMPLED * len(found)) for found in members]


def test_only_one_person_in_64_is_asked(tenant: TenantFacts, now: datetime) -> None:
    cache.clear()
    for pk in (64, 65, 128):
        person = Person.objects.create(pk=pk, email_reach=Reach.REACHABLE, created_at=now)
        Activity.objects.create(person=person, kind="signed_up", at=now)
    node = parse(CAME)
    sample = Sample([node], now=now)
    assert sample.people(node) == 130
    assert sample.people(node, f"reach:{Reach.REACHABLE.value}") == 130
    assert sample.people(node, f"reach:{Reach.NO_CONSENT.value}") == 0


def test_people_drawn_by_lot_are_as_the_others_are(tenant: TenantFacts, now: datetime) -> None:
    cache.clear()
    Person.objects.bulk_create(
        Person(pk=64 * number, can_sms=number % 2 == 0, created_at=now) for number in range(1, 101)
    )
    drawn = parse({"draw": {"people": 1_000, "salt": 7}})
    sample = Sample([drawn], now=now)
    assert (sample.people(drawn), sample.people(drawn, "sms")) == (1_000, 500)
    all_of_them = parse({"draw": {"people": 1_000_000, "salt": 7}})
    assert sample.people(all_of_them) == 6_400


def test_a_second_look_asks_for_what_is_new_alone(
    tenant: TenantFacts, now: datetime, django_assert_num_queries: Any
) -> None:
    cache.clear()
    came, young = parse(CAME), parse({"all": [CAME, YOUNG]})
    with django_assert_num_queries(1):
        Sample([came], now=now)
    with django_assert_num_queries(0):
        Sample([came], now=now)
    with django_assert_num_queries(1) as asked:
        Sample([young], now=now)
    assert "people_activity" not in asked.captured_queries[0]["sql"]


def test_a_segment_inside_that_was_changed_is_asked_again(tenant: TenantFacts, now: datetime) -> None:
    cache.clear()
    Person.objects.create(pk=64, language="fr", created_at=now)
    inner = Segment.objects.create(name="Langue", criteria={"language": {"in": ["fr"]}}, created_at=now, changed_at=now)
    outer = parse({"segment": {"in": [inner.pk]}})
    assert Sample([outer], now=now).people(outer) == 64
    Segment.objects.filter(pk=inner.pk).update(criteria={"language": {"in": ["en"]}})
    assert Sample([outer], now=now).people(outer) == 0


@pytest.mark.parametrize("criteria", [CAME, {"activity": {"not_done": {"kinds": ["signed_up"]}}}])
def test_what_the_sample_did_is_read_from_an_index_of_its_own(
    tenant: TenantFacts, now: datetime, criteria: dict[str, Any], django_assert_num_queries: Any
) -> None:
    cache.clear()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO people_person (created_at) SELECT now() FROM generate_series(1, 20000)")
        cursor.execute(
            """INSERT INTO people_activity (person_id, kind, at)
               SELECT p.id, (ARRAY['signed_up', 'imported'])[1 + n % 2], now()
                 FROM people_person p, generate_series(1, 4) n"""
        )
        cursor.execute("ANALYZE people_person, people_activity")
    with django_assert_num_queries(1) as asked:
        Sample([parse(criteria)], now=now)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + asked.captured_queries[0]["sql"])
        assert "people_activity_sample" in "\n".join(row[0] for row in cursor.fetchall())


@pytest.fixture
def many(tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty of the sample, who stand for 1 920, and one who is not of it; as if people were many."""
    cache.clear()
    monkeypatch.setattr(counting, "FEW", -2)
    people = [Person(pk=64 * number, can_email=True, source_kind="form", created_at=now) for number in range(1, 31)]
    Person.objects.bulk_create([*people, Person(pk=5_001, can_email=True, created_at=now)])


def test_what_the_law_leaves_out_is_estimated(many: None, now: datetime) -> None:
    agreed = {"purpose": "targeting", "channel": "email", "granted": True, "basis": "consent", "entry_id": 1, "at": now}
    ConsentState.objects.bulk_create([ConsentState(person_id=64 * number, **agreed) for number in range(1, 11)])
    online = online_of(parse({"language": {"in": ["fr"]}}), now=now)
    assert online is not None
    assert (online.reached, [(one.reason, one.count) for one in online.left_out]) == (640, [("targeting", 1_260)])


def test_unknown_births_are_estimated(many: None, now: datetime) -> None:
    Person.objects.filter(pk__lte=64 * 10).update(birth_date=date(2004, 1, 1))
    assert unknown_birth_count(parse(YOUNG), now=now) == 1_300


def with_any_age(criteria: dict[str, Any]) -> dict[str, Any]:
    """As if everybody were of the age that is asked for; not of one that is refused."""
    match criteria:
        case {"age": {"between": _}}:
            return {}
        case {"all": nodes} | {"any": nodes}:
            return {key: [with_any_age(node) for node in nodes] for key in criteria}
        case _:
            return criteria


AGED = forests.trees(["age.between", "age.unknown", "tags.any", "language.in"])


@EASY
@given(crowd=st.lists(forests.people, min_size=1, max_size=9), forest=st.lists(AGED | forests.draws(AGED), max_size=6))
def test_an_unknown_birth_keeps_out_nobody_who_is_in(
    ground: None, crowd: list[Facts], forest: list[dict[str, Any]]
) -> None:
    for number, facts in enumerate(crowd, start=1_000):
        facts.columns["id"] = number * SAMPLED
    world = settle(crowd, {}, {})
    unknown = {one.pk for one in crowd if one.columns["birth_date"] is None}
    for criteria in forest:
        fitting = criteria["draw"].get("of", {}) if "draw" in criteria else criteria
        expected = len(unknown & world.members(with_any_age(fitting)) - world.members(fitting))
        assert unknown_birth_count(parse(criteria), now=NOW) == expected
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(counting, "FEW", -2)
            cache.clear()
            assert unknown_birth_count(parse(criteria), now=NOW) == rounded(SAMPLED * expected)


def test_a_page_shows_people_of_the_sample_who_still_fit(many: None, now: datetime) -> None:
    french = parse({"language": {"in": ["fr"]}})
    newest = [64 * number for number in range(30, 20, -1)]
    assert [one.person.pk for one in sample_of(french, now=now)] == newest
    Person.objects.filter(pk=newest[0]).update(language="en")
    assert [one.person.pk for one in sample_of(french, now=now)] == [*newest[1:], 64 * 20]
    Person.objects.filter(pk__gt=64 * 12).update(language="en")
    assert len(sample_of(french, now=now)) == 10
