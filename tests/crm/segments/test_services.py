from datetime import datetime
from typing import Any

import pytest

from crm.people.models import Tag
from crm.segments.enums import ChangeKind
from crm.segments.models import Segment, SegmentChange
from crm.segments.services import (
    ChangedMeanwhile,
    NameTaken,
    SegmentCircle,
    SegmentInUse,
    TooManyConditions,
    add_segment,
    change_segment,
    delete_segment,
    duplicate_segment,
)
from crm.segments.tree import CriteriaInvalid
from crm.segments.usage import Usage, _sources, register_usage
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.users.models import User

YOUNG = {"age": {"between": [None, 30]}}


def kinds() -> list[str]:
    return list(SegmentChange.objects.order_by("pk").values_list("kind", flat=True))


def test_a_segment_keeps_its_tree_in_its_one_form(owner: User, now: datetime) -> None:
    for pk in (2, 9):
        Tag.objects.create(pk=pk, name=f"étiquette {pk}")
    segment = add_segment(name="Jeunes", criteria={"tags": {"any": [9, 2, 9]}}, by=owner, now=now)
    segment.refresh_from_db()
    assert segment.criteria == {"tags": {"any": [2, 9]}}
    assert (segment.created_by, segment.changed_at) == (owner, now)
    assert kinds() == [ChangeKind.CREATED]


def test_a_tree_that_is_not_understood_is_not_stored(tenant: TenantFacts, now: datetime) -> None:
    with pytest.raises(CriteriaInvalid):
        add_segment(name="X", criteria={"voted": {"for": "y"}}, by=None, now=now)
    assert not Segment.objects.exists()


def test_two_segments_never_share_a_name(tenant: TenantFacts, now: datetime) -> None:
    add_segment(name="Jeunes", criteria={}, by=None, now=now)
    with pytest.raises(NameTaken):
        add_segment(name="JEUNES", criteria=YOUNG, by=None, now=now)
    assert Segment.objects.count() == 1


def test_the_second_of_two_editors_overwrites_nothing(tenant: TenantFacts, now: datetime) -> None:
    segment = add_segment(name="Jeunes", criteria=YOUNG, by=None, now=now)
    facts: dict[str, Any] = {"segment": segment, "version": 1, "description": "", "by": None, "now": now}
    change_segment(name="Très jeunes", criteria={"age": {"between": [None, 20]}}, **facts)
    with pytest.raises(ChangedMeanwhile):
        change_segment(name="Moins jeunes", criteria=YOUNG, **facts)
    segment.refresh_from_db()
    assert (segment.name, segment.version) == ("Très jeunes", 2)


def test_a_double_click_on_save_is_one_change(tenant: TenantFacts, now: datetime) -> None:
    segment = add_segment(name="Jeunes", criteria=YOUNG, by=None, now=now)
    facts: dict[str, Any] = {
        "segment": segment,
        "version": 1,
        "name": "Plus jeunes",
        "description": "",
        "by": None,
        "now": now,
    }
    change_segment(criteria=YOUNG, **facts)
    change_segment(criteria=YOUNG, **facts)
    assert kinds() == [ChangeKind.CREATED, ChangeKind.RENAMED]


def test_copies_find_free_names(tenant: TenantFacts, now: datetime) -> None:
    segment = add_segment(name="Jeunes", criteria=YOUNG, by=None, now=now)
    names = [duplicate_segment(segment=segment, by=None, now=now).name for _ in range(3)]
    assert len({name.lower() for name in ["Jeunes", *names]}) == 4
    assert set(Segment.objects.values_list("criteria__age__between__1", flat=True)) == {30}


def test_a_segment_in_use_is_not_deleted(tenant: TenantFacts, now: datetime) -> None:
    segment = add_segment(name="Jeunes", criteria=YOUNG, by=None, now=now)

    def usage(segment_id: int) -> list[Usage]:
        return [Usage("Lettre no 3")] if segment_id == segment.pk else []

    register_usage(usage)
    try:
        with pytest.raises(SegmentInUse) as caught:
            delete_segment(segment=segment, by=None, now=now)
    finally:
        _sources.remove(usage)
    assert caught.value.usages == [Usage("Lettre no 3")]
    assert Segment.objects.filter(pk=segment.pk).exists()


def test_the_log_outlives_the_segment(tenant: TenantFacts, now: datetime) -> None:
    segment = add_segment(name="Jeunes", criteria=YOUNG, by=None, now=now)
    delete_segment(segment=segment, by=None, now=now)
    log = [(change.kind, change.name, change.segment) for change in SegmentChange.objects.order_by("pk")]
    assert log == [("created", "Jeunes", None), ("deleted", "Jeunes", None)]


def test_segments_stay_with_their_campaign(tenant: TenantFacts, other_tenant: TenantFacts, now: datetime) -> None:
    add_segment(name="Jeunes", criteria=YOUNG, by=None, now=now)
    with tenant_context(other_tenant):
        assert not Segment.objects.exists()


def test_a_segment_never_counts_on_itself(tenant: TenantFacts, now: datetime) -> None:
    first = add_segment(name="A", criteria=YOUNG, by=None, now=now)
    second = add_segment(name="B", criteria={"segment": {"in": [first.pk]}}, by=None, now=now)
    third = add_segment(name="C", criteria={"not": {"segment": {"not_in": [second.pk]}}}, by=None, now=now)
    for named in (first, third):
        with pytest.raises(SegmentCircle):
            change_segment(
                segment=first,
                version=1,
                name="A",
                description="",
                criteria={"any": [YOUNG, {"segment": {"in": [named.pk]}}]},
                by=None,
                now=now,
            )
    first.refresh_from_db()
    assert first.criteria == YOUNG


def test_a_segment_that_another_counts_on_is_not_deleted(tenant: TenantFacts, now: datetime) -> None:
    first = add_segment(name="A", criteria=YOUNG, by=None, now=now)
    second = add_segment(name="B", criteria={"segment": {"in": [first.pk]}}, by=None, now=now)
    with pytest.raises(SegmentInUse):
        delete_segment(segment=first, by=None, now=now)
    delete_segment(segment=second, by=None, now=now)
    delete_segment(segment=first, by=None, now=now)
    assert not Segment.objects.exists()


def test_segments_of_segments_do_not_multiply_without_end(tenant: TenantFacts, now: datetime) -> None:
    first = add_segment(name="0", criteria=YOUNG, by=None, now=now)
    last = first

    def twice(segment: Segment) -> dict[str, Any]:
        return {"all": [{"segment": {"in": [segment.pk]}}, {"segment": {"not_in": [segment.pk]}}]}

    for number in range(1, 8):
        last = add_segment(name=str(number), criteria=twice(last), by=None, now=now)
    with pytest.raises(TooManyConditions):
        add_segment(name="8", criteria=twice(last), by=None, now=now)
    # Nor does one grow below those that count on it.
    many = {"all": [YOUNG] * 59}
    with pytest.raises(TooManyConditions):
        change_segment(segment=first, version=1, name="0", description="", criteria=many, by=None, now=now)
    alone = add_segment(name="alone", criteria=YOUNG, by=None, now=now)
    change_segment(segment=alone, version=1, name="alone", description="", criteria=many, by=None, now=now)
