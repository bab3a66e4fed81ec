"""Random people and random trees, in which every registered criterion takes part."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.crm.segments.plain import Facts

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
COMMUNES = ["13055", "13205", "2A004", "75056", "13001", "13005", "97411", "97801"]
REGIONS = {"": "", "13": "93", "2A": "94", "75": "11"}  # of départements: people get both with their commune
DEPARTEMENTS = ["13", "2A", "75"]
TAGS = [1, 2, 3, 4, 5, 6]
MAILINGS, LISTS, SEGMENTS, MEMBERS = [1, 2], [1, 2], [1, 2, 3], [101, 102]
STARS, WORKSHOPS = [9_000_001, 9_000_002], [1, 2]  # people whom others are tied to, and organisations
KINDS = ["signed_up", "recruited", "shared", "note_added"]
PAGES = ["/petition/", "/accueil/", "/PETITION-eau/"]

dates = st.dates(date(1930, 1, 1), date(2026, 11, 22)) | st.sampled_from(
    [date(2008, 11, 22), date(2008, 11, 23), date(2008, 2, 29)]
)
moments = st.timedeltas(timedelta(0), timedelta(days=400)).map(lambda ago: NOW - ago)
# The campaign's own fields by their keys: two numbers, of which the second has no index, a date, a text, choices, yes or no.
FIELDS = {1: "number", 2: "date", 101: "text", 102: "choice", 103: "choices", 104: "yes_no", 105: "number"}
CHOICES = {102: [11, 12, 13], 103: [21, 22, 23]}
numbers = st.integers(-20, 20) | st.sampled_from([0.5, -1.25, 1000000])
days = st.dates(date(2020, 1, 1), date(2026, 12, 31)).map(date.isoformat)
custom_values = st.fixed_dictionaries(
    {},
    optional={
        "1": numbers,
        "2": days,
        "101": st.sampled_from(["M", "m", "Été à Brest", "10"]),
        "102": st.sampled_from(CHOICES[102]),
        "103": st.lists(st.sampled_from(CHOICES[103]), min_size=1, unique=True).map(sorted),
        "104": st.booleans(),
        "105": numbers,
    },
)


def _with_region(person: dict[str, Any]) -> dict[str, Any]:
    return person | {"region_code": REGIONS[person["departement_code"]]}


columns: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    birth_date=st.none() | dates,
    support_level=st.none() | st.integers(1, 5),
    tag_ids=st.lists(st.integers(1, 6), max_size=4, unique=True),
    commune_code=st.sampled_from(["", *COMMUNES]),
    departement_code=st.sampled_from(["", *DEPARTEMENTS]),
    postcode=st.sampled_from(["", "13001", "13400", "20000"]),
    language=st.sampled_from(["fr", "en", "ar"]),
    gender=st.sampled_from(["", "f", "m", "x"]),
    relationship=st.sampled_from(["member", "regular", "roll"]),
    occupation=st.sampled_from(["", "Infirmière", "infirmier libéral", "retraité"]),
    email=st.sampled_from(["", "a@example.org"]),
    phone=st.sampled_from(["", "+33612345678"]),
    street=st.sampled_from(["", "3 rue de Siam"]),
    source_kind=st.sampled_from(["form", "import", "office"]),
    actor_id=st.none() | st.sampled_from(MEMBERS),
    can_email=st.booleans(),
    can_sms=st.booleans(),
    can_call=st.booleans(),
    can_post=st.booleans(),
    created_at=moments,
    last_activity_at=st.none() | moments,
    erased_at=st.sampled_from([None, None, None, NOW]),
    custom=custom_values,
).map(_with_region)
payloads = st.fixed_dictionaries(
    {},
    optional={
        "form": st.sampled_from(["signup", "Contact"]),
        "page": st.sampled_from(PAGES),
        "title": st.just("Réunion à Brest"),
        "recruiter_id": st.integers(1, 3),
    },
)
activities = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "at": moments,
        "payload": payloads,
        "source_reference": st.sampled_from(["", "import:1", "import:2", "form:signup"]),
    }
)
IMPORTS = [1, 2]
PURPOSES, CHANNELS, BASES = ["news", "targeting"], ["email", "sms"], ["consent", "regular_contact"]
consents = st.dictionaries(
    st.tuples(st.sampled_from(PURPOSES), st.sampled_from(CHANNELS)),
    st.tuples(st.booleans(), st.sampled_from(BASES)),
    max_size=3,
)
deliveries = st.lists(
    st.tuples(st.sampled_from(MAILINGS), st.sampled_from(["accepted", "refused", "skipped"]), moments),
    max_size=2,
    unique_by=lambda one: one[0],
)
readings = st.lists(
    st.tuples(st.sampled_from(MAILINGS), moments, st.none() | moments, st.none() | moments),
    max_size=2,
    unique_by=lambda one: one[0],
)
people: st.SearchStrategy[Facts] = st.builds(
    Facts,
    columns=columns,
    activities=st.lists(activities, max_size=4),
    consents=consents,
    deliveries=deliveries,
    readings=readings,
    lists=st.sets(st.sampled_from(LISTS), max_size=2),
    imports=st.sets(st.sampled_from(IMPORTS), max_size=2),
    ties=st.sets(st.tuples(st.sampled_from(["recruiter", "point_person"]), st.sampled_from(STARS)), max_size=2),
    household=st.none() | st.sampled_from(STARS),
    affiliations=st.sets(st.tuples(st.sampled_from(["works", "represents"]), st.sampled_from(WORKSHOPS)), max_size=2),
)


def some(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


def _between(ends: tuple[int | None, int | None]) -> list[int | None]:
    low, high = ends if None in ends else sorted(end for end in ends if end is not None)
    return [18 if low is None and high is None else low, high]


def _dated(start: int, length: int) -> dict[str, str]:
    first = NOW.date() - timedelta(days=start)
    return {"since": first.isoformat(), "until": (first + timedelta(days=length)).isoformat()}


ages = st.none() | st.integers(0, 100)
days_ago = st.integers(0, 400).map(lambda ago: (NOW - timedelta(days=ago)).date().isoformat())
periods: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.integers(1, 400).map(lambda days: {"last_days": days}),
    days_ago.map(lambda day: {"since": day}),
    days_ago.map(lambda day: {"until": day}),
    st.builds(_dated, st.integers(0, 400), st.integers(0, 60)),
)
times = {"times": st.integers(1, 3)}
timed = {"period": periods}
said = st.fixed_dictionaries({"purpose": st.sampled_from(PURPOSES), "channel": st.sampled_from(CHANNELS)})
corners = st.tuples(st.floats(41, 50), st.floats(1, 10)).map(lambda one: [round(one[0], 3), round(one[1], 3)])
kinds = {"kinds": some(KINDS)}
detail = {"detail": st.sampled_from(["petition", "SIGNUP", "import:1", "brest"])}
mailings = {"mailings": some(MAILINGS)}
pages = {"page": st.sampled_from(["petition", "eau", "/ACCUEIL"])}
ids = st.sampled_from


def ends_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """From and to, either of which may be open, in order."""
    both = st.lists(values, min_size=2, max_size=2).map(sorted)
    return both | values.map(lambda one: [one, None]) | values.map(lambda one: [None, one])


values: dict[str, st.SearchStrategy[Any]] = {
    "tags.any": some(TAGS),
    "tags.all": some(TAGS),
    "tags.none": some(TAGS),
    "place.communes": some(COMMUNES),
    "place.departements": some(DEPARTEMENTS),
    "place.regions": some(["93", "94", "11"]),
    "place.postcodes": some(["13001", "13400", "20000", "13000-13500"]),
    "place.near": st.fixed_dictionaries({"commune": st.sampled_from(COMMUNES), "km": st.integers(1, 500)}),
    "place.inside": st.lists(corners, min_size=3, max_size=7),
    "age.between": st.tuples(ages, ages).map(_between),
    "age.unknown": st.just(True),
    "birthday.months": some([str(month) for month in range(1, 13)]),
    "support.in": some([1, 2, 3, 4, 5]),
    "support.unknown": st.just(True),
    "reach.by": some(["email", "sms", "phone", "post"]),
    "reach.not_by": some(["email", "sms", "phone", "post"]),
    "language.in": some(["fr", "en", "ar"]),
    "gender.in": some(["f", "m", "x"]),
    "source.in": some(["form", "import", "office"]),
    "relationship.in": some(["member", "regular", "roll", "rented"]),
    "contact.has": some(["email", "phone", "street"]),
    "contact.lacks": some(["email", "phone", "street"]),
    "occupation.contains": st.sampled_from(["infirmi", "LIBERAL", "infirmier", "traite"]),
    "added.by": some([*MEMBERS, 999]),
    "joined.last_days": st.integers(1, 400),
    "joined.since": days_ago,
    "joined.before": days_ago,
    "active.last_days": st.integers(1, 400),
    "activity.done": st.fixed_dictionaries(kinds, optional={**detail, **times, **timed}),
    "activity.not_done": st.fixed_dictionaries(kinds, optional={**detail, **timed}),
    "form.filled": st.fixed_dictionaries({}, optional={**pages, **times, **timed}),
    "form.not_filled": st.fixed_dictionaries({}, optional={**pages, **timed}),
    "recruiter.is": st.fixed_dictionaries({}, optional={"person": st.integers(1, 3), **timed}),
    "recruiter.brought": st.fixed_dictionaries({}, optional={**times, **timed}),
    "import.in": st.fixed_dictionaries({"imports": some(IMPORTS)}),
    "message.received": st.fixed_dictionaries({}, optional={**mailings, **times, **timed}),
    "message.not_received": st.fixed_dictionaries({}, optional={**mailings, **timed}),
    "message.refused": st.fixed_dictionaries({}, optional={**mailings, **timed}),
    "message.opened": st.fixed_dictionaries({}, optional={**mailings, **times, **timed}),
    "message.not_opened": st.fixed_dictionaries({}, optional={**mailings, **timed}),
    "message.clicked": st.fixed_dictionaries({}, optional={**mailings, **times, **timed}),
    "message.not_clicked": st.fixed_dictionaries({}, optional={**mailings, **timed}),
    "consent.given": st.one_of(said, st.builds(lambda one, bases: {**one, "bases": bases}, said, some(BASES))),
    "consent.refused": said,
    "consent.unknown": said,
    "sample.percent": st.fixed_dictionaries({"percent": st.integers(1, 99), "salt": st.integers(1, 2**31 - 1)}),
    "segment.in": some(SEGMENTS),
    "segment.not_in": some(SEGMENTS),
    "list.in": some(LISTS),
    "list.not_in": some(LISTS),
    **{f"field:{key}.{operator}": st.just(True) for key in FIELDS for operator in ("filled", "empty")},
    "field:1.between": ends_of(numbers),
    "field:105.between": ends_of(numbers),
    "field:2.between": ends_of(days),
    "field:101.contains": st.sampled_from(["ete", "BREST", "m", "1"]),
    "field:101.is": some(["M", "Été à Brest", "x"]),
    "field:102.in": some(CHOICES[102]),
    "field:103.in": some(CHOICES[103]),
    "field:104.yes": st.just(True),
    "field:104.no": st.just(True),
    "recruited.by": some(STARS),
    "point_person.by": some(STARS),
    "household.with": some(STARS),
    "household.shared": st.just(True),
    "organisation.works": some(WORKSHOPS),
    "organisation.represents": some(WORKSHOPS),
}


def condition(key: str) -> st.SearchStrategy[dict[str, Any]]:
    name, operator = key.split(".")
    return values[key].map(lambda value: {name: {operator: value}})


def trees(keys: list[str], leaves: int = 6) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        st.one_of(*[condition(key) for key in keys]),
        lambda inside: st.one_of(
            st.lists(inside, min_size=1, max_size=3).map(lambda nodes: {"all": nodes}),
            st.lists(inside, min_size=1, max_size=3).map(lambda nodes: {"any": nodes}),
            inside.map(lambda node: {"not": node}),
        ),
        max_leaves=leaves,
    )


def draws(inside: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    drawn = st.fixed_dictionaries(
        {"people": st.integers(1, 8), "salt": st.integers(1, 2**31 - 1)}, optional={"of": inside}
    )
    return drawn.map(lambda content: {"draw": content})


# Segments that others count on: their trees name no segment, but for the last, which names the others.
plain_keys = [key for key in values if not key.startswith("segment.")]
forest = st.lists(trees(list(values)) | draws(trees(list(values), leaves=3)), min_size=1, max_size=6)
referred = st.tuples(trees(plain_keys, leaves=3), trees(plain_keys, leaves=2))
