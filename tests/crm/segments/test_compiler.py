"""The SQL of any tree says what a plain reading of it says, over any people."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.consent.models import ConsentState
from crm.fields.models import CustomField, FieldChoice
from crm.geo.queries import find_commune
from crm.imports.models import Import, ImportBatch
from crm.people.models import Activity, Person, Tag
from crm.relations.models import Affiliation, HouseholdMember, Organisation, Relation
from crm.segments.explain import explain, explain_tree
from crm.segments.models import PeopleList, PeopleListMember, Segment
from crm.segments.queries import people_in, segment_count, sentence_of
from crm.segments.registry import registered_criteria
from crm.segments.tree import parse, to_json
from messaging.deliveries.models import Delivery, Mailing
from messaging.measuring.models import Reading
from tenants.facts import TenantFacts
from tests.crm.segments import forests
from tests.crm.segments.forests import LISTS, MAILINGS, NOW, STARS, TAGS, WORKSHOPS
from tests.crm.segments.plain import Facts, World, lot

EASY = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def ground(tenant: TenantFacts) -> None:
    for pk in TAGS:
        Tag.objects.create(pk=pk, name=f"étiquette {pk}")
    for pk in LISTS:
        PeopleList.objects.create(pk=pk, name=f"Liste {pk}", frozen_at=NOW)
    for pk in WORKSHOPS:
        Organisation.objects.create(pk=pk, name=f"Atelier {pk}")
    for pk in MAILINGS:
        Mailing.objects.create(pk=pk, title=f"Lettre {pk}", legal_class="whole", starts_at=NOW)
    for pk in forests.IMPORTS:
        Import.objects.create(pk=pk, name=f"fichier {pk}", created_at=NOW, started_at=NOW)
    for key, kind in forests.FIELDS.items():
        field = CustomField.objects.create(key=key, name=f"Champ {key}", folded=f"champ {key}", kind=kind)
        for pk in forests.CHOICES.get(key, ()):
            FieldChoice.objects.create(pk=pk, field=field, name=f"Choix {pk}", folded=f"choix {pk}")


def settle(crowd: list[Facts], first: dict[str, Any], second: dict[str, Any]) -> World:
    """The facts as rows. Three segments: two trees, and one that counts on both."""
    Person.objects.all().delete()
    Segment.objects.all().delete()
    for pk in STARS:  # erased, so that they are only whom others are tied to
        star = Person.objects.create(pk=pk, created_at=NOW, erased_at=NOW)
        HouseholdMember.objects.create(person=star, household=UUID(int=pk), created_at=NOW)
    ImportBatch.objects.all().delete()
    cache.clear()  # what a batch holds never changes, but for here: who was in a file of the world before
    for number, facts in enumerate(crowd):
        _write(facts)
        column = "created_ids" if number % 2 else "known_ids"
        for pk in facts.imports:
            ImportBatch.objects.create(import_run_id=pk, number=number, rows=1, **{column: [facts.pk]})
    segments: dict[int, dict[str, Any]] = {1: first, 2: second, 3: {"all": [{"segment": {"in": [1]}}, {"not": second}]}}
    for pk, criteria in segments.items():
        Segment.objects.create(pk=pk, name=f"Tri {pk}", criteria=criteria, created_at=NOW, changed_at=NOW)
    return World(crowd, segments, _centres(), NOW)


def _write(facts: Facts) -> None:
    person = Person.objects.create(**facts.columns)
    facts.pk = person.pk
    Activity.objects.bulk_create([Activity(person=person, **act) for act in facts.activities])
    for (purpose, channel), (granted, basis) in facts.consents.items():
        ConsentState.objects.create(
            person=person, purpose=purpose, channel=channel, granted=granted, basis=basis, entry_id=1, at=NOW
        )
    for mailing, state, at in facts.deliveries:
        Delivery.objects.create(mailing_id=mailing, person=person, state=state, settled_at=at, basis="consent")
    for mailing, at, opened, clicked in facts.readings:
        _write_reading(person, mailing, sent_at=at, opened_at=opened, clicked_at=clicked)
    Relation.objects.bulk_create(
        [Relation(person=person, kind=kind, other_id=pk, created_at=NOW) for kind, pk in facts.ties]
    )
    Affiliation.objects.bulk_create(
        [Affiliation(person=person, kind=kind, organisation_id=pk, created_at=NOW) for kind, pk in facts.affiliations]
    )
    if facts.household:
        HouseholdMember.objects.create(person=person, household=UUID(int=facts.household), created_at=NOW)
    PeopleListMember.objects.bulk_create([PeopleListMember(person=person, people_list_id=pk) for pk in facts.lists])


def _write_reading(person: Person, mailing: int, **moments: Any) -> None:
    """Measured mails are deliveries that were accepted; the drawn ones may be of another state, which is theirs alone."""
    delivery, _created = Delivery.objects.get_or_create(
        mailing_id=mailing, person=person, defaults={"state": "skipped", "settled_at": NOW, "basis": "consent"}
    )
    Reading.objects.create(mailing_id=mailing, person=person, delivery=delivery, **moments)


def _centres() -> dict[str, tuple[float, float]]:
    found = {code: find_commune(code) for code in forests.COMMUNES}
    return {
        code: (one.lat, one.lon) for code, one in found.items() if one and one.lat is not None and one.lon is not None
    }


@EASY
@given(crowd=st.lists(forests.people, min_size=1, max_size=10), forest=forests.forest, referred=forests.referred)
def test_the_query_finds_whom_a_plain_reading_finds(
    ground: None, crowd: list[Facts], forest: list[dict[str, Any]], referred: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    world = settle(crowd, *referred)
    for criteria in forest:
        expected = world.members(criteria)
        assert set(people_in(criteria, now=NOW).values_list("pk", flat=True)) == expected
        assert segment_count(criteria, now=NOW) == len(expected)


@EASY
@given(crowd=st.lists(forests.people, min_size=1, max_size=4), forest=forests.forest, referred=forests.referred)
def test_the_explanation_agrees_with_the_query(
    ground: None, crowd: list[Facts], forest: list[dict[str, Any]], referred: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    world = settle(crowd, *referred)
    for criteria in forest[:2]:
        node, members = parse(criteria), world.members(criteria)
        assert sentence_of(criteria)
        people = list(Person.objects.all())
        for person, explanation in zip(people, explain_tree(node, people, now=NOW), strict=True):
            assert explanation.is_in == (person.pk in members)
            assert explanation.is_in or person.erased_at or explanation.obstacles()
            deep = explain(criteria, person, now=NOW)
            assert (deep.is_in, deep.reasons()) == (explanation.is_in, explanation.reasons())


@pytest.mark.parametrize("key", list(forests.values))
@settings(parent=EASY, max_examples=4)
@given(data=st.data())
def test_each_criterion_alone_is_read_written_and_found(ground: None, key: str, data: st.DataObject) -> None:
    crowd = data.draw(st.lists(forests.people, min_size=3, max_size=8))
    criteria = data.draw(forests.condition(key))
    world = settle(crowd, *data.draw(forests.referred))
    node = parse(criteria)
    assert to_json(parse(to_json(node))) == to_json(node)
    assert set(people_in(criteria, now=NOW).values_list("pk", flat=True)) == world.members(criteria)


def test_no_criterion_is_forgotten(ground: None) -> None:
    assert set(forests.values) == {criterion.key for criterion in registered_criteria()}


def test_a_drawing_is_even_and_steady(tenant: TenantFacts) -> None:
    Person.objects.bulk_create([Person(created_at=NOW) for _number in range(2000)], batch_size=500)
    tenth = {"sample": {"percent": {"percent": 10, "salt": 12345}}}
    drawn = set(people_in(tenth, now=NOW).values_list("pk", flat=True))
    assert 140 < len(drawn) < 260
    assert drawn == {pk for pk in Person.objects.values_list("pk", flat=True) if lot(pk, 12345) % 100 < 10}
    other = set(
        people_in({"sample": {"percent": {"percent": 10, "salt": 54321}}}, now=NOW).values_list("pk", flat=True)
    )
    assert len(drawn & other) < 60
    Person.objects.create(created_at=NOW + timedelta(days=1))
    assert drawn <= set(people_in(tenth, now=NOW).values_list("pk", flat=True))


def test_everyone_leaves_out_the_erased(tenant: TenantFacts) -> None:
    kept = Person.objects.create(created_at=NOW)
    Person.objects.create(created_at=NOW, erased_at=NOW)
    assert list(people_in({}, now=NOW)) == [kept]


def test_a_whole_tree_is_one_query(ground: None, django_assert_num_queries: Any) -> None:
    criteria = {
        "all": [
            {"place": {"departements": ["13"]}},
            {"any": [{"tags": {"any": [1]}}, {"age": {"between": [18, 30]}}]},
            {"not": {"any": [{"support": {"in": [5]}}, {"tags": {"any": [2]}}]}},
        ]
    }
    people = people_in(criteria, now=NOW)
    with django_assert_num_queries(1):
        list(people)
