from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import HealthCheck, given, settings

from crm.people.models import Tag
from crm.segments.builder import Draft, Group, Item, draft_of, empty_draft, read_draft, read_row
from crm.segments.enums import GroupKind
from crm.segments.moves import apply_action
from crm.segments.registry import RawValue
from crm.segments.tree import CriteriaInvalid, parse, to_json
from tenants.facts import TenantFacts
from tests.crm.segments.forests import trees, values


@pytest.fixture(autouse=True)
def _tags(tenant: TenantFacts) -> Iterator[None]:
    for number, name in enumerate(["bénévole", "presse", "porte-à-porte", "eau", "air", "feu"], start=1):
        Tag.objects.create(pk=number, name=name)
    with translation.override("en"):
        yield


def posted(**fields: str | list[str]) -> Draft:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    return read_draft(data)


def test_what_is_typed_becomes_a_tree() -> None:
    draft = posted(
        groups="3",
        g0__kind="all",
        g0__rows="2",
        g0__r0__what="place.departements",
        g0__r0__text="Bouches-du-Rhône, 83",
        g0__r1__what="age.between",
        g0__r1__low="",
        g0__r1__high="35",
        g1__kind="any",
        g1__rows="2",
        g1__r0__what="tags.any",
        g1__r0__text="BENEVOLE; porte à porte",
        g1__r1__what="support.in",
        g1__r1__pick=["1", "2"],
        g2__kind="none",
        g2__rows="1",
        g2__r0__what="tags.any",
        g2__r0__text="presse",
    )
    assert to_json(draft.node()) == {
        "all": [
            {"all": [{"place": {"departements": ["13", "83"]}}, {"age": {"between": [None, 35]}}]},
            {"any": [{"tags": {"any": [1, 3]}}, {"support": {"in": [1, 2]}}]},
            {"not": {"any": [{"tags": {"any": [2]}}]}},
        ]
    }
    assert draft.errors() == []


@pytest.mark.parametrize(
    "criteria",
    [
        {"all": [{"tags": {"any": [1]}}, {"age": {"unknown": True}}]},
        {"all": [{"all": [{"tags": {"all": [1, 2]}}]}, {"not": {"any": [{"reach": {"by": ["sms"]}}]}}]},
        {"any": [{"place": {"communes": ["13005", "13055"]}}, {"joined": {"since": "2026-01-31"}}]},
        {"not": {"any": [{"place": {"postcodes": ["13001"]}}]}},
        {"all": [{"place": {"regions": ["93"]}}, {"active": {"last_days": 90}}, {"language": {"in": ["ar", "fr"]}}]},
    ],
)
def test_a_stored_tree_is_shown_and_read_back_as_it_was(criteria: dict[str, Any]) -> None:
    assert to_json(draft_of(parse(criteria)).node()) == criteria


def test_groups_inside_groups_are_shown_and_read_back() -> None:
    nested = {
        "any": [
            {"all": [{"tags": {"any": [1]}}, {"not": {"any": [{"tags": {"any": [2]}}]}}]},
            {"age": {"unknown": True}},
        ]
    }
    assert to_json(draft_of(parse(nested)).node()) == nested
    drawn = {"draw": {"people": 500, "salt": 7, "of": nested}}
    assert to_json(draft_of(parse(drawn)).node()) == drawn


@given(
    criteria=trees(
        [key for key in values if not key.startswith(("segment.", "list.", "message.", "recruiter.", "field:"))]
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_tree_goes_to_the_page_and_back(criteria: dict[str, Any]) -> None:
    """Not letter by letter, but in what it says: the page writes «not» as a group of what is left out."""
    draft = draft_of(parse(criteria))
    again = read_draft(fields_of(draft))
    assert (again.errors(), to_json(again.node())) == ([], to_json(draft.node()))
    assert to_json(draft_of(parse(to_json(draft.node()))).node()) == to_json(draft.node())


def fields_of(draft: Draft) -> QueryDict:
    """What a browser would post of this page."""
    data = QueryDict(mutable=True)
    data.update({"groups": str(len(draft.groups)), "people": draft.people, "salt": str(draft.salt)})
    for number, group in enumerate(draft.groups):
        _post(data, f"g{number}", group)
    return data


def _post(data: QueryDict, prefix: str, item: Item) -> None:
    if isinstance(item, Group):
        data.update({f"{prefix}-kind": item.kind, f"{prefix}-rows": str(len(item.items))})
        for number, inside in enumerate(item.items):
            _post(data, f"{prefix}-r{number}", inside)
        return
    raw = item.raw
    data.update({f"{prefix}-what": item.criterion.key if item.criterion else "", f"{prefix}-text": raw.text})
    data.update({f"{prefix}-low": raw.low, f"{prefix}-high": raw.high})
    data.setlist(f"{prefix}-pick", list(raw.picked))
    data.update({f"{prefix}-p-{name}": value for name, value in raw.parts.items()})


def test_a_row_in_error_is_set_aside_and_says_what_was_meant() -> None:
    draft = posted(
        groups="1",
        g0__kind="all",
        g0__rows="2",
        g0__r0__what="tags.any",
        g0__r0__text="bénévole, press",
        g0__r1__what="age.between",
        g0__r1__low="18",
    )
    assert draft.errors() == ["There is no tag “press”."]
    assert draft.rows()[0].suggestions == ("presse",)
    assert to_json(draft.node()) == {"all": [{"age": {"between": [18, None]}}]}
    mended = apply_action(draft, "take:0.0:0")
    assert mended.errors() == []
    assert mended.rows()[0].raw.text == "bénévole, presse"


@pytest.mark.parametrize(
    ("key", "text", "error", "suggestions"),
    [
        ("place.communes", "Saint-Denis", "Several communes are called “Saint-Denis”.", True),
        ("place.communes", "Marseile", "There is no commune “Marseile”.", True),
        ("place.departements", "Bouche du Rhone", "There is no département “Bouche du Rhone”.", True),
        ("place.postcodes", "13 0!1", "“130!1” is not a postcode.", False),
        (
            "place.postcodes",
            "13003-13001",
            "“13003-13001” is no range of postcodes. Write it like 13001-13003, within one département.",
            False,
        ),
        ("joined.last_days", "un mois", "A whole number from 1 to 3650 is expected.", False),
        ("joined.since", "31/02/2026", "A date is expected, for instance 2026-03-15.", False),
        ("voted.for", "somebody", "Choose a condition.", False),
    ],
)
def test_errors_say_what_is_wrong(key: str, text: str, error: str, suggestions: bool) -> None:
    row = read_row(key, RawValue(text=text))
    assert (row.condition, row.error, bool(row.suggestions)) == (None, error, suggestions)


def test_places_are_understood_as_people_write_them() -> None:
    row = read_row("place.communes", RawValue(text="MARSEILLE, aix en provence, Saint-Denis (93)"))
    assert row.condition is not None
    assert row.condition.value == ["13001", "13055", "93066"]


def test_postcodes_are_written_one_by_one_or_as_a_range() -> None:
    row = read_row("place.postcodes", RawValue(text="13001 – 13003; 13010"))
    assert row.condition is not None
    assert row.condition.value == ["13001-13003", "13010"]
    assert row.condition.criterion.write(row.condition.value).text == "13001-13003, 13010"


@pytest.mark.parametrize("typed", ["13001 à 13003", "13001 a 13003", "13001 to 13003", "13001—13003"])
def test_a_range_of_postcodes_may_be_said_in_words(typed: str) -> None:
    row = read_row("place.postcodes", RawValue(text=typed))

    assert row.condition is not None
    assert row.condition.value == ["13001-13003"]


def outline(draft: Draft) -> str:
    """The shape of a draft: a letter a row (the month of its birthday condition), brackets a group."""
    return "".join(map(_shape, draft.groups))


def _shape(item: Item) -> str:
    if isinstance(item, Group):
        return {"all": "(%s)", "any": "[%s]", "none": "{%s}"}[item.kind] % "".join(map(_shape, item.items))
    return "abcdefghijkl"[int(item.raw.picked[0]) - 1] if item.raw.picked else "?"


def drawn(shape: str) -> Draft:
    closing = {"(": "all", "[": "any", "{": "none"}
    stack: list[tuple[str, list[Any]]] = [("", [])]
    for sign in shape:
        if sign in closing:
            stack.append((closing[sign], []))
        elif sign in ")]}":
            kind, items = stack.pop()
            stack[-1][1].append(Group(GroupKind(kind), tuple(items)))
        else:
            stack[-1][1].append(read_row("birthday.months", RawValue(picked=(str("abcdefghijkl".index(sign) + 1),))))
    return Draft(tuple(stack[0][1]))


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ("(ab)", "down:0.0", "(ba)"),
        ("(ab)", "up:0.1", "(ba)"),
        ("(ab)", "up:0.0", "(ab)"),
        ("(ab)[c]", "down:0.1", "(a)[bc]"),
        ("(ab)[c]", "up:1.0", "(abc)"),
        ("(a[bc]d)", "down:0.0", "([abc]d)"),
        ("(a[bc]d)", "up:0.2", "(a[bcd])"),
        ("(a[bc]d)", "up:0.1.0", "(ab[c]d)"),
        ("(a[bc]d)", "down:0.1.1", "(a[b]cd)"),
        ("(a[b]c)", "up:0.1.0", "(abc)"),
        ("(a[b]c)", "up:0.1", "([b]ac)"),
        ("([b]ac)", "up:0.0", "[b](ac)"),
        ("(a)[b]", "down:0", "[b](a)"),
        ("(a[b]{c})", "down:0.1", "(a{[b]c})"),
        ("(a[b])", "remove:0.1.0", "(a)"),
        ("(a[b])", "remove:0.1", "(a)"),
        ("(a)[b]", "remove:0", "[b]"),
        ("(a)", "remove:0.0", ""),
        ("(a)", "add-row:0", "(a?)"),
        ("(a[b])", "add-row:0.1", "(a[b?])"),
        ("(a)", "add-group:0:any", "(a[?])"),
        ("(a)", "add-group:none", "(a){?}"),
        ("([([a])])", "add-group:0.0.0.0:any", "([([a])])"),
    ],
)
def test_buttons_add_take_away_and_move(before: str, action: str, after: str) -> None:
    assert outline(drawn(before)) == before
    assert outline(apply_action(drawn(before), action)) == after


def test_a_moved_row_keeps_the_keyboard() -> None:
    assert apply_action(drawn("(a[b]c)"), "up:0.1.0").focus == "g0-r1-up"
    assert apply_action(drawn("(ab)[c]"), "down:0.1").focus == "g1-r0-down"
    assert apply_action(drawn("(a)"), "add-group:0:any").focus == "g0-r1-r0-what"
    assert apply_action(drawn("(ab)"), "remove:0.0").focus == "g0-add"


@pytest.mark.parametrize(
    "action",
    ["", "add-row:9", "remove:x.y", "add-group:some", "take:0.0:5", "drop:everything", "add-row", "up:", "down:0.0.0"],
)
def test_a_button_that_makes_no_sense_changes_nothing(action: str) -> None:
    draft = empty_draft()
    assert apply_action(draft, action) == draft


def test_a_number_to_draw_is_checked() -> None:
    draft = posted(groups="0", people="many")
    assert (len(draft.errors()), draft.node()) == (1, None)
    assert to_json(posted(groups="0", people="50", salt="7").node()) == {"draw": {"people": 50, "salt": 7}}


def test_a_drawing_keeps_its_number_from_look_to_look() -> None:
    first = posted(groups="1", g0__rows="1", g0__r0__what="sample.percent", g0__r0__text="10")
    again = read_draft(fields_of(first))
    assert to_json(again.node()) == to_json(first.node())


def test_blank_rows_are_pointed_at_when_saving() -> None:
    assert empty_draft().errors() == []
    assert empty_draft().with_blanks_refused().errors() == ["Complete this condition, or remove it."]


def test_absurd_posts_do_no_harm() -> None:
    draft = posted(
        groups="99",
        g0__kind="🦆",
        g0__rows="-1",
        g1__rows="3",
        g1__r0__what="tags.any",
        g1__r0__text="x" * 100_000,
    )
    assert len(draft.groups) == 1
    assert len(draft.groups[0].items) == 3


def test_five_hundred_names_are_read_and_more_are_refused_aloud() -> None:
    codes = [f"{number:05d}" for number in range(1000, 1812)]
    fits = posted(groups="1", g0__rows="1", g0__r0__what="place.postcodes", g0__r0__text=", ".join(codes[:500]))
    assert (fits.errors(), len(fits.rows()[0].condition.value)) == ([], 500)  # type: ignore[union-attr]
    more = posted(groups="1", g0__rows="1", g0__r0__what="place.postcodes", g0__r0__text=", ".join(codes))
    assert more.errors() == ["No more than 500 entries."]
    assert more.rows()[0].raw.text.endswith("01811")
    for typed in ({"g0__r0__text": "é" * 40_001}, {"g0__r0__pick": ["9" * 5000]}, {"g0__r0__low": "1" * 201}):
        long = posted(groups="1", g0__rows="1", g0__r0__what="support.in", **typed)
        assert "too long" in long.errors()[0]
    assert len(posted(groups="0", people="1" * 12).people) == 12


def test_each_row_is_read_and_too_many_are_refused_aloud() -> None:
    def of(count: int) -> Draft:
        rows = {f"g0__r{number}__what": "age.unknown" for number in range(count)}
        return posted(groups="1", g0__rows=str(count), **rows)

    assert [len(of(count).rows()) for count in (25, 60)] == [25, 60]
    assert of(60).limit_error == ""
    assert outline(apply_action(of(60), "add-row:0")) == f"({'?' * 61})"
    for count in (61, 500):
        assert of(count).limit_error == "A segment has no more than 60 conditions."


@pytest.mark.parametrize("kind", ["all", "any", "none"])
def test_groups_are_counted_alike_where_they_are_typed_and_where_they_are_kept(kind: str) -> None:
    for depth in range(1, 11):
        item: Item = read_row("age.unknown", RawValue())
        for _ in range(depth):
            item = Group(GroupKind(kind), (item,))
        assert isinstance(item, Group)
        draft = Draft((item,))
        try:
            parse(to_json(draft.node()))
        except CriteriaInvalid:
            assert (depth > 8, draft.limit_error) == (True, "Groups are nested too deeply.")
        else:
            assert (depth <= 8, draft.limit_error) == (True, "")


def test_an_area_is_drawn_by_hand_or_told_by_communes() -> None:
    drawn = read_row("place.inside", RawValue(text="43.35 5.20, 43.6 5.45, 43.20 5.6"))
    told = read_row("place.inside", RawValue(text="Martigues (13), Aix-en-Provence (13), Aubagne (13)"))
    assert drawn.condition is not None
    assert drawn.condition.value == [[43.35, 5.2], [43.6, 5.45], [43.2, 5.6]]
    assert told.condition is not None
    assert len(told.condition.value) == 3
    assert (
        read_row("place.inside", RawValue(text="Martigues, Aubagne")).error == "Draw at least three corners on the map."
    )
    assert "13054" in told.condition.criterion.codes(told.condition.value)  # type: ignore[attr-defined]
