"""The SQL of any tree says what a plain reading of it says, over any people."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.people.models import Person
from crm.segments.compiler import holds
from crm.segments.queries import people_in, segment_count
from crm.segments.tree import parse
from tenants.facts import TenantFacts

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
COMMUNES = ["13055", "13005", "2A004", "75056"]
DEPARTEMENTS = ["13", "2A", "75"]

dates = st.dates(date(1930, 1, 1), date(2026, 11, 22)) | st.sampled_from(
    [date(2008, 11, 22), date(2008, 11, 23), date(2008, 2, 29)]
)
moments = st.timedeltas(timedelta(0), timedelta(days=400)).map(lambda ago: NOW - ago)

people: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    birth_date=st.none() | dates,
    support_level=st.none() | st.integers(1, 5),
    tag_ids=st.lists(st.integers(1, 6), max_size=4, unique=True),
    commune_code=st.sampled_from(["", *COMMUNES]),
    departement_code=st.sampled_from(["", *DEPARTEMENTS]),
    region_code=st.sampled_from(["", "93", "94", "11"]),
    postcode=st.sampled_from(["", "13001", "13400", "20000"]),
    language=st.sampled_from(["fr", "en", "ar"]),
    gender=st.sampled_from(["", "f", "m", "x"]),
    source_kind=st.sampled_from(["form", "import", "office"]),
    can_email=st.booleans(),
    can_sms=st.booleans(),
    can_call=st.booleans(),
    can_post=st.booleans(),
    created_at=moments,
    last_activity_at=st.none() | moments,
    erased_at=st.sampled_from([None, None, None, NOW]),
)


def some(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


def _between(ends: tuple[int | None, int | None]) -> dict[str, Any]:
    low, high = ends if None in ends else sorted(end for end in ends if end is not None)
    return {"age": {"between": [18 if low is None and high is None else low, high]}}


ages = st.none() | st.integers(0, 100)
conditions = st.one_of(
    st.builds(
        lambda operator, ids: {"tags": {operator: ids}},
        st.sampled_from(["any", "all", "none"]),
        some([1, 2, 3, 4, 5, 6]),
    ),
    st.builds(lambda codes: {"place": {"communes": codes}}, some(COMMUNES)),
    st.builds(lambda codes: {"place": {"departements": codes}}, some(DEPARTEMENTS)),
    st.builds(lambda codes: {"place": {"regions": codes}}, some(["93", "94", "11"])),
    st.builds(lambda codes: {"place": {"postcodes": codes}}, some(["13001", "13400", "20000"])),
    st.tuples(ages, ages).map(_between),
    st.just({"age": {"unknown": True}}),
    st.builds(lambda levels: {"support": {"in": levels}}, some([1, 2, 3, 4, 5])),
    st.just({"support": {"unknown": True}}),
    st.builds(
        lambda operator, channels: {"reach": {operator: channels}},
        st.sampled_from(["by", "not_by"]),
        some(["email", "sms", "phone", "post"]),
    ),
    st.builds(lambda languages: {"language": {"in": languages}}, some(["fr", "en", "ar"])),
    st.builds(lambda genders: {"gender": {"in": genders}}, some(["f", "m", "x"])),
    st.builds(
        lambda name, days: {name: {"last_days": days}}, st.sampled_from(["joined", "active"]), st.integers(1, 400)
    ),
    st.builds(
        lambda operator, ago: {"joined": {operator: (NOW - timedelta(days=ago)).date().isoformat()}},
        st.sampled_from(["since", "before"]),
        st.integers(0, 400),
    ),
)
trees = st.recursive(
    conditions,
    lambda inside: st.one_of(
        st.lists(inside, min_size=1, max_size=3).map(lambda nodes: {"all": nodes}),
        st.lists(inside, min_size=1, max_size=3).map(lambda nodes: {"any": nodes}),
        inside.map(lambda node: {"not": node}),
    ),
    max_leaves=6,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(crowd=st.lists(people, min_size=1, max_size=12), forest=st.lists(trees, min_size=1, max_size=8))
def test_the_query_finds_whom_a_plain_reading_finds(
    tenant: TenantFacts, crowd: list[dict[str, Any]], forest: list[dict[str, Any]]
) -> None:
    Person.objects.all().delete()
    for facts in crowd:
        Person.objects.create(**facts)
    everyone = list(Person.objects.all())
    for criteria in forest:
        node = parse(criteria)
        expected = {person.pk for person in everyone if person.erased_at is None and holds(node, person, now=NOW)}
        assert set(people_in(criteria, now=NOW).values_list("pk", flat=True)) == expected
        assert segment_count(criteria, now=NOW) == len(expected)


def test_everyone_leaves_out_the_erased(tenant: TenantFacts) -> None:
    kept = Person.objects.create(created_at=NOW)
    Person.objects.create(created_at=NOW, erased_at=NOW)
    assert list(people_in({}, now=NOW)) == [kept]


def test_a_whole_tree_is_one_query(tenant: TenantFacts, django_assert_num_queries: Any) -> None:
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
