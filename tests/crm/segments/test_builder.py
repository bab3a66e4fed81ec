from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation

from crm.people.models import Tag
from crm.segments.builder import Draft, TooElaborate, draft_of, empty_draft, read_draft, read_row
from crm.segments.enums import GroupKind
from crm.segments.registry import RawValue
from crm.segments.tree import parse, to_json
from tenants.facts import TenantFacts


@pytest.fixture(autouse=True)
def _tags(tenant: TenantFacts) -> Iterator[None]:
    for number, name in enumerate(["bénévole", "presse", "porte-à-porte"], start=1):
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


def test_groups_inside_groups_are_left_alone() -> None:
    nested = {"any": [{"all": [{"tags": {"any": [1]}}, {"any": [{"tags": {"any": [2]}}]}]}, {"age": {"unknown": True}}]}
    with pytest.raises(TooElaborate):
        draft_of(parse(nested))


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
    mended = draft.apply("take:0:0:0")
    assert mended.errors() == []
    assert mended.rows()[0].raw.text == "bénévole, presse"


@pytest.mark.parametrize(
    ("key", "text", "error", "suggestions"),
    [
        ("place.communes", "Saint-Denis", "Several communes are called “Saint-Denis”.", True),
        ("place.communes", "Marseile", "There is no commune “Marseile”.", True),
        ("place.departements", "Bouche du Rhone", "There is no département “Bouche du Rhone”.", True),
        ("place.postcodes", "13 0!1", "“130!1” is not a postcode.", False),
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


def test_buttons_add_and_take_away() -> None:
    draft = empty_draft().apply("add-row:0").apply("add-group:none").apply("remove-row:0:0")
    assert [(group.kind, len(group.rows)) for group in draft.groups] == [(GroupKind.ALL, 1), (GroupKind.NONE, 1)]
    assert draft.apply("remove-row:1:0").apply("remove-group:0").groups == ()
    assert draft.node() is None


@pytest.mark.parametrize(
    "action", ["", "add-row:9", "remove-row:x:y", "add-group:some", "take:0:0:5", "drop:everything", "add-row"]
)
def test_a_button_that_makes_no_sense_changes_nothing(action: str) -> None:
    draft = empty_draft()
    assert draft.apply(action) == draft


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
    assert len(draft.groups[0].rows) == 3
