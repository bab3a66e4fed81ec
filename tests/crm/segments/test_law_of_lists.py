"""A list asks what the segment asked that it was made of: freezing launders nothing."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from crm.consent.services import Source
from crm.fields.models import CustomField
from crm.people.models import Tag
from crm.people.tag_keeping import make_tag, merge_tags
from crm.people.tagging import ensure_tags
from crm.runs.services import work_on
from crm.segments import freezing
from crm.segments.freezing import freeze_segment
from crm.segments.legal import legal_class_of, requirements_of
from crm.segments.models import PeopleList, Segment
from crm.segments.services import add_segment, change_segment, delete_segment
from crm.segments.tree import parse
from messaging.deliveries.audience import rests_on_opinions
from tenants.facts import TenantFacts
from tenants.users.models import User

OPINION = {"support": {"in": [3]}}
WHOLE = {"reach": {"by": ["email"]}}
FRENCH = {"language": {"in": ["fr"]}}
DONE = {"activity": {"done": {"kinds": ["signed_up"]}}}
FILL = import_module("crm.segments.migrations.0005_law_of_lists").FILL


def frozen(criteria: dict[str, Any], now: datetime, name: str = "Liste") -> PeopleList:
    segment = add_segment(name=f"Tri de {name}", criteria=criteria, by=None, now=now)
    freeze_segment(segment=segment, name=name, by=None, now=now)
    return PeopleList.objects.get(name=name)


def change(segment: Segment, criteria: dict[str, Any], now: datetime) -> None:
    segment.refresh_from_db()
    change_segment(
        segment=segment,
        version=segment.version,
        name=segment.name,
        description="",
        criteria=criteria,
        by=None,
        now=now,
    )


@pytest.mark.parametrize(
    ("criteria", "may_target", "keys"),
    [
        (OPINION, False, ["targeting", "adult", "own"]),
        ({"not": {"any": [{"support": {"unknown": True}}, DONE]}}, False, ["targeting", "adult", "own"]),
        (FRENCH, True, ["targeting", "adult", "own"]),
        (DONE, True, ["targeting", "adult"]),
        (WHOLE, True, ["targeting", "adult"]),
        ({}, True, ["targeting", "adult"]),
    ],
)
@pytest.mark.parametrize("operator", ["in", "not_in"])
def test_a_list_asks_what_its_segment_asked(
    tenant: TenantFacts, now: datetime, criteria: dict[str, Any], may_target: bool, keys: list[str], operator: str
) -> None:
    asked = {"list": {operator: [frozen(criteria, now).pk]}}
    assert legal_class_of(parse(asked)).may_target_online is may_target
    assert rests_on_opinions(asked) is not may_target
    assert [one.key for one in requirements_of(parse(asked), now=now)] == keys


def test_what_it_was_made_of_stays_when_that_is_changed_or_deleted(tenant: TenantFacts, now: datetime) -> None:
    inner = add_segment(name="Indécis", criteria=OPINION, by=None, now=now)
    outer = add_segment(name="Tri", criteria={"segment": {"in": [inner.pk]}}, by=None, now=now)
    freeze_segment(segment=outer, name="Liste", by=None, now=now)
    asked = {"list": {"in": [PeopleList.objects.get().pk]}}
    change(inner, FRENCH, now)
    assert rests_on_opinions(asked)
    change(outer, WHOLE, now)
    delete_segment(segment=inner, by=None, now=now)
    delete_segment(segment=outer, by=None, now=now)
    assert rests_on_opinions(asked)


def test_what_became_of_the_segment_since_bans_nothing(tenant: TenantFacts, now: datetime) -> None:
    segment = add_segment(name="Tri", criteria=DONE, by=None, now=now)
    freeze_segment(segment=segment, name="Liste", by=None, now=now)
    change(segment, OPINION, now)
    assert not rests_on_opinions({"list": {"in": [PeopleList.objects.get().pk]}})


def test_a_list_of_a_list_and_a_segment_on_a_list_pass_it_on(tenant: TenantFacts, now: datetime) -> None:
    first = frozen(OPINION, now, "Un")
    second = frozen({"list": {"in": [first.pk]}}, now, "Deux")
    around = add_segment(name="Autour", criteria={"list": {"in": [second.pk]}}, by=None, now=now)
    assert rests_on_opinions({"segment": {"in": [around.pk]}})


def test_a_sensitive_field_is_an_opinion(tenant: TenantFacts, now: datetime) -> None:
    CustomField.objects.create(key=1, name="Vote", folded="vote", kind="yes_no", is_sensitive=True)
    asked = {"list": {"in": [frozen({"field:1": {"filled": True}}, now).pk]}}
    CustomField.objects.update(is_sensitive=False)
    assert rests_on_opinions(asked)


def test_a_sensitive_tag_is_an_opinion_and_the_one_it_is_merged_into(tenant: TenantFacts, now: datetime) -> None:
    union, other = make_tag(name="CGT", is_sensitive=True), make_tag(name="Délégué")
    assert rests_on_opinions({"tags": {"any": [union.pk]}})
    assert rests_on_opinions({"tags": {"none": [other.pk, union.pk]}})
    assert not rests_on_opinions({"tags": {"any": [other.pk]}})

    merge_tags(keep=other, merged=union, source=Source(kind="office", reference="tags", actor_id=1), now=now)
    assert Tag.objects.get().is_sensitive


@pytest.mark.parametrize(
    ("name", "is_sensitive"),
    [("vote LFI", True), ("a voté en mairie", False), ("santé", False), ("bureau de vote", False)],
)
def test_a_tag_that_tells_a_vote_is_sensitive_whoever_makes_it(
    tenant: TenantFacts, name: str, is_sensitive: bool
) -> None:
    ensure_tags([name])
    assert Tag.objects.get().is_sensitive is is_sensitive


def test_a_worker_writes_it_down_as_it_is_when_the_names_are(owner: User, now: datetime) -> None:
    inner = add_segment(name="Indécis", criteria=FRENCH, by=None, now=now)
    outer = add_segment(name="Tri", criteria={"segment": {"in": [inner.pk]}}, by=None, now=now)
    run = freezing.start_freezing(segment=outer, name="Liste", by=owner, now=now)
    change(inner, OPINION, now)
    work_on(run_id=run.pk, clock=lambda: now)
    assert rests_on_opinions({"list": {"in": [PeopleList.objects.get().pk]}})


def test_a_list_of_which_nothing_is_known_targets_nobody(tenant: TenantFacts, now: datetime) -> None:
    unknown = PeopleList.objects.create(name="Venue d’ailleurs", frozen_at=now)
    assert rests_on_opinions({"list": {"in": [unknown.pk]}})


def test_lists_of_before_are_judged_by_what_is_still_known(tenant: TenantFacts, now: datetime) -> None:
    CustomField.objects.create(key=1, name="Vote", folded="vote", kind="yes_no", is_sensitive=True)
    CustomField.objects.create(key=2, name="Vélo", folded="velo", kind="yes_no")
    made: dict[str, dict[str, Any]] = {
        "everyone": {},
        "whole": WHOLE,
        "done": {"all": [DONE, {"not": {"any": [WHOLE]}}]},
        "opinion": {"not": {"any": [OPINION, DONE]}},
        "vote": {"field:1": {"filled": True}},
        "bike": {"draw": {"people": 5, "salt": 3, "of": {"field:2": {"filled": True}}}},
    }
    lists = {name: frozen(criteria, now, name) for name, criteria in made.items()}
    lists["of a list"] = frozen({"all": [{"list": {"not_in": [lists["opinion"].pk]}}, DONE]}, now, "of a list")
    inner = add_segment(name="Indécis", criteria=OPINION, by=None, now=now)
    gone = add_segment(name="Passager", criteria=DONE, by=None, now=now)
    lists["changed since"] = frozen({"segment": {"in": [inner.pk]}}, now, "changed since")
    lists["deleted since"] = frozen({"segment": {"not_in": [gone.pk]}}, now, "deleted since")
    change(inner, DONE, now + timedelta(days=1))
    Segment.objects.filter(pk=gone.pk).delete()
    expected = {one.pk: (one.has_opinion, one.needs_own_data) for one in lists.values()}
    expected[lists["deleted since"].pk] = (True, True)

    PeopleList.objects.filter(pk__lte=lists["opinion"].pk).update(has_opinion=True, needs_own_data=True)
    PeopleList.objects.filter(pk__gt=lists["opinion"].pk).update(has_opinion=False, needs_own_data=False)
    with connection.cursor() as cursor:
        cursor.execute(FILL)
    assert {
        pk: tuple(told) for pk, *told in PeopleList.objects.values_list("pk", "has_opinion", "needs_own_data")
    } == expected
    assert expected[lists["of a list"].pk] == expected[lists["changed since"].pk] == (True, True)
    assert expected[lists["everyone"].pk] == expected[lists["done"].pk] == (False, False)
