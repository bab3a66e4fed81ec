"""What a message to a selection asks of each recipient (regulation (EU) 2024/900, art. 18)."""

from datetime import date, datetime
from typing import Any

import pytest

from crm.consent.enums import Reach
from crm.consent.models import ConsentState
from crm.people.models import Activity, Person
from crm.segments.legal import legal_class_of, requirements_of
from crm.segments.panel import online_of
from crm.segments.services import add_segment
from crm.segments.tree import parse
from tenants.facts import TenantFacts

NEWSLETTER = {"purpose": "news", "channel": "email"}
TAGGED: dict[str, Any] = {"language": {"in": ["fr"]}}


def person(now: datetime, *, targeting: bool = True, signed_up: bool = False, **columns: Any) -> Person:
    one = Person.objects.create(created_at=now, can_email=True, email_reach=0, **columns)
    if targeting:
        ConsentState.objects.create(
            person=one, purpose="targeting", channel="email", granted=True, basis="consent", entry_id=1, at=now
        )
    if signed_up:
        Activity.objects.create(person=one, kind="signed_up", at=now, source_kind="form")
    return one


def test_each_requirement_leaves_out_its_own(tenant: TenantFacts, now: datetime) -> None:
    kept = [
        person(now, source_kind="form", birth_date=date(2008, 11, 22)),  # eighteen today
        person(now, source_kind="import", signed_up=True),
    ]
    person(now, source_kind="form", targeting=False)
    person(now, source_kind="form", birth_date=date(2008, 11, 23))
    person(now, source_kind="import")
    node = parse(TAGGED)
    people = Person.objects.all()
    for requirement in requirements_of(node, now=now):
        people = people.filter(requirement.condition)
    assert list(people.order_by("pk")) == kept
    online = online_of(node, now=now)
    assert online is not None
    assert (online.reached, [(reason.reason, reason.count) for reason in online.left_out]) == (
        2,
        [("targeting", 1), ("adult", 1), ("own", 1)],
    )


def test_addresses_that_fail_are_no_lack_of_agreement(tenant: TenantFacts, now: datetime) -> None:
    Person.objects.create(created_at=now, email_reach=Reach.BAD_ADDRESS)
    node = parse(TAGGED)
    bad = online_of(node, now=now)
    Person.objects.create(created_at=now, email_reach=Reach.NO_CONSENT)
    without = online_of(node, now=now)

    assert bad is not None
    assert without is not None
    assert (bad.reached, bad.way_out) == (0, "")
    assert (without.reached, bool(without.way_out)) == (0, True)


def test_what_people_did_is_known_from_themselves(tenant: TenantFacts, now: datetime) -> None:
    criteria = {"activity": {"done": {"kinds": ["signed_up"]}}}
    assert [one.key for one in requirements_of(parse(criteria), now=now)] == ["targeting", "adult"]


@pytest.mark.parametrize("criteria", [{}, {"reach": {"by": ["email"]}}])
def test_a_whole_list_asks_nothing_more(tenant: TenantFacts, now: datetime, criteria: dict[str, Any]) -> None:
    assert requirements_of(parse(criteria), now=now) == []
    assert online_of(parse(criteria), now=now) is None


@pytest.mark.parametrize(
    ("criteria", "is_selection"),
    [
        ({"reach": {"by": ["email", "sms"]}}, False),
        ({"reach": {"by": ["sms"]}}, True),
        ({"reach": {"by": ["phone", "post"]}}, True),
        ({"reach": {"not_by": ["email"]}}, True),
        ({"consent": {"given": NEWSLETTER}}, False),
        ({"consent": {"given": {**NEWSLETTER, "channel": "sms"}}}, True),
        ({"consent": {"given": {**NEWSLETTER, "bases": ["consent"]}}}, True),
        *(
            ({"consent": {"given": {**NEWSLETTER, "purpose": purpose}}}, True)
            for purpose in ("donation", "petition", "event", "volunteering", "tracking", "targeting")
        ),
        ({"sample": {"percent": {"percent": 10, "salt": 1}}}, True),
        ({"draw": {"people": 500, "salt": 1}}, True),
        ({"draw": {"people": 500, "salt": 1, "of": {"reach": {"by": ["email"]}}}}, True),
    ],
)
def test_only_those_who_get_the_news_by_email_are_a_whole_list(
    tenant: TenantFacts, now: datetime, criteria: dict[str, Any], is_selection: bool
) -> None:
    legal = legal_class_of(parse(criteria))
    assert (legal.is_selection, len(legal.selecting_texts)) == (is_selection, int(is_selection))
    keys = [one.key for one in requirements_of(parse(criteria), now=now)]
    assert keys == (["targeting", "adult"] if is_selection else [])


def test_a_segment_inside_brings_its_own_class(tenant: TenantFacts, now: datetime) -> None:
    whole = add_segment(name="Liste", criteria={"reach": {"by": ["email"]}}, by=None, now=now)
    opinions = add_segment(name="Indécis", criteria={"support": {"in": [3]}}, by=None, now=now)
    assert legal_class_of(parse({"segment": {"in": [opinions.pk]}})).may_target_online is False
    assert legal_class_of(parse({"segment": {"in": [whole.pk]}})).may_target_online is True


def test_one_segment_inside_chooses_as_it_does_itself(tenant: TenantFacts, now: datetime) -> None:
    def is_selection(criteria: dict[str, Any]) -> bool:
        return legal_class_of(parse(criteria)).is_selection

    whole, other, some = (
        add_segment(name=name, criteria=criteria, by=None, now=now).pk
        for name, criteria in (("Liste", {"reach": {"by": ["email"]}}), ("Tous", {}), ("Français", TAGGED))
    )
    nested = add_segment(name="Dedans", criteria={"segment": {"in": [whole]}}, by=None, now=now).pk
    drawn = {"draw": {"people": 5, "salt": 1, "of": {"segment": {"in": [whole]}}}}
    tenth = add_segment(name="Tirage", criteria=drawn, by=None, now=now).pk
    assert [is_selection({"segment": {"in": [pk]}}) for pk in (whole, other, nested)] == [False] * 3
    assert [is_selection({"segment": {"in": [pk]}}) for pk in (some, tenth)] == [True] * 2
    chosen = [{"not_in": [whole]}, {"in": [whole, other]}, {"in": [whole, some]}]
    assert all(is_selection({"segment": value}) for value in chosen)
    assert is_selection({"not": {"segment": {"in": [whole]}}})
    assert is_selection({"not": {"segment": {"in": [other]}}})


def test_adding_a_filter_flips_the_class(tenant: TenantFacts) -> None:
    newsletter = {"reach": {"by": ["email"]}}
    assert legal_class_of(parse(newsletter)).is_selection is False
    assert legal_class_of(parse({"all": [newsletter, TAGGED]})).is_selection is True


@pytest.mark.parametrize(
    "criteria",
    [
        {"not": {"reach": {"by": ["email"]}}},
        {"all": [{"reach": {"by": ["email"]}}, {"not": {"any": [{"consent": {"given": NEWSLETTER}}]}}]},
    ],
)
def test_whoever_did_not_subscribe_is_a_selection_however_it_is_built(
    tenant: TenantFacts, now: datetime, criteria: dict[str, Any]
) -> None:
    assert legal_class_of(parse(criteria)).is_selection
    assert [one.key for one in requirements_of(parse(criteria), now=now)][:2] == ["targeting", "adult"]
    segment = add_segment(name="Les autres", criteria=criteria, by=None, now=now)
    assert legal_class_of(parse({"segment": {"in": [segment.pk]}})).is_selection
