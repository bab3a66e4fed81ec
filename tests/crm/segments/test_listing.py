"""A segment's people in the list of people: exactly they, by every way that they are come by."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from crm.people.models import Person, SavedView, Tag
from crm.people.paging import PAGE
from crm.segments import counting, listing
from crm.segments.counting import OutOfTime
from crm.segments.models import Segment
from crm.segments.services import SegmentInUse, add_segment, delete_segment
from shared.sampling import SAMPLED
from tenants.facts import TenantFacts

LIST = "/bureau/personnes/"
YOUNG = {"all": [{"age": {"between": [None, 30]}}]}
MANY = PAGE + 20


@pytest.fixture
def segment(tenant: TenantFacts, now: datetime) -> Segment:
    """Seventy young people, each between two old ones."""
    cache.clear()
    tag = Tag.objects.create(name="vélo")
    for number in range(MANY):
        at = now - timedelta(minutes=number)
        pk = (number + 10) * SAMPLED
        Person.objects.create(pk=pk + 1, last_name="Vieux", birth_date=date(1950, 1, 1), created_at=at)
        Person.objects.create(
            pk=pk, last_name=f"Jeune{number:03}", birth_date=date(2004, 1, 1), created_at=at,
            departement_code="13" if number % 2 else "75", tag_ids=[tag.pk] if number < 3 else [],
        )  # fmt: skip
    return add_segment(name="Jeunes", criteria=YOUNG, by=None, now=now)


def large(patch: pytest.MonkeyPatch, *, few: int) -> None:
    """As if there were a million people, of whom the segment has more or less than `few`."""
    patch.setattr(counting, "FEW", -2)
    patch.setattr(listing, "FEW", few)


def small(patch: pytest.MonkeyPatch) -> None:
    pass


def narrow(patch: pytest.MonkeyPatch) -> None:
    large(patch, few=100_000)


def broad(patch: pytest.MonkeyPatch) -> None:
    large(patch, few=0)


def far(patch: pytest.MonkeyPatch) -> None:
    """The walk takes too long, once for all the pages of a minute."""
    large(patch, few=0)

    def too_long(milliseconds: int) -> Any:
        raise OutOfTime

    patch.setattr(listing, "patience", too_long)


def names(page: Any) -> list[str]:
    return [one.last_name for one in page.context["people"]]


@pytest.mark.parametrize("way", [small, narrow, broad, far])
@pytest.mark.parametrize("order", ["", "name"])
def test_its_people_and_no_others_page_by_page_and_back(
    segment: Segment, office: Any, monkeypatch: pytest.MonkeyPatch, way: Callable[..., None], order: str
) -> None:
    way(monkeypatch)
    first = office.get(f"{LIST}?segment={segment.pk}&sort={order}")
    second = office.get(f"{LIST}{first.context['after_url']}")
    back = office.get(f"{LIST}{second.context['before_url']}")

    assert names(first) + names(second) == [f"Jeune{number:03}" for number in range(MANY)]
    assert names(back) == names(first)
    assert second.context["after_url"] == ""
    assert first.context["count"].number == MANY or way is not small


@pytest.mark.parametrize("way", [small, narrow, broad, far])
def test_other_filters_narrow_it_further(
    segment: Segment, office: Any, monkeypatch: pytest.MonkeyPatch, way: Callable[..., None]
) -> None:
    way(monkeypatch)
    page = office.get(f"{LIST}?segment={segment.pk}&departement=13")

    assert names(page) == [f"Jeune{number:03}" for number in range(1, MANY, 2)]
    assert names(office.get(f"{LIST}?segment={segment.pk}&q=jeune007")) == ["Jeune007"]


def test_the_count_is_the_segments_own(segment: Segment, office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("FEW", -2), ("CHEAP", -1), ("TOO_FEW", 0)):
        monkeypatch.setattr(counting, name, value)
    listed = office.get(f"{LIST}?segment={segment.pk}").context
    figures = office.get(reverse("segments:segment", args=[segment.pk])).context["panel"].figures

    assert (listed["count"].number, listed["count"].is_estimate) == (figures.total, True)
    exact = office.get(f"{LIST}{listed['exact_url']}").context["count"]
    assert (exact.number, exact.is_estimate) == (MANY, False)


def test_a_chip_names_it_and_takes_it_off(segment: Segment, office: Any) -> None:
    page = office.get(f"{LIST}?segment={segment.pk}&departement=13")
    chip = next(chip for chip in page.context["chips"] if chip["value"] == "Jeunes")

    assert chip["label"] == "Tri"
    assert f'name="segment" value="{segment.pk}"' in page.content.decode()  # other filters leave it in force
    assert "segment" not in chip["url"]
    assert "departement=13" in chip["url"]
    assert b'name="segment"' not in office.get(f"{LIST}?departement=13").content


def test_its_page_leads_to_the_list(segment: Segment, office_as: Callable[[str], Any]) -> None:
    for role in ("owner", "reader"):
        page = office_as(role).get(reverse("segments:segment", args=[segment.pk])).content.decode()
        assert page.count(f"{LIST}?segment={segment.pk}") == 2, role


def test_one_that_is_not_understood_any_more_has_nobody(segment: Segment, office: Any) -> None:
    Segment.objects.filter(pk=segment.pk).update(criteria={"all": [{"gone": {"for": "good"}}]})

    page = office.get(f"{LIST}?segment={segment.pk}")

    assert (names(page), page.context["count"].number) == ([], 0)


def test_one_that_counts_on_a_deleted_tag_by_way_of_another_has_nobody(
    segment: Segment, office: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = Tag.objects.create(name="parti")
    inner = add_segment(name="Dedans", criteria={"all": [{"tags": {"none": [tag.pk]}}]}, by=None, now=now)
    outer = add_segment(name="Dehors", criteria={"all": [{"segment": {"in": [inner.pk]}}]}, by=None, now=now)
    tag.delete()
    large(monkeypatch, few=100_000)

    page = office.get(f"{LIST}?segment={outer.pk}")

    assert (names(page), page.context["count"].number) == ([], 0)


@pytest.mark.parametrize("asked", ["999999", "x", "²", "-1", "99999999999999"])
def test_one_that_is_gone_is_told_and_everybody_shown(segment: Segment, office: Any, asked: str) -> None:
    answer = office.get(f"{LIST}?segment={asked}")

    assert answer.url == f"{LIST}?view=all"


def test_a_view_keeps_it_and_keeps_it_from_being_deleted(segment: Segment, office: Any, now: datetime) -> None:
    told = {"name": "Jeunes du Sud", "query": f"segment={segment.pk}&departement=13", "is_shared": "on"}
    office.post(reverse("people:view_add"), told)
    view = SavedView.objects.get()

    assert view.query == f"segment={segment.pk}&departement=13"
    assert len(names(office.get(f"{LIST}?{view.query}&view={view.pk}"))) == MANY // 2
    with pytest.raises(SegmentInUse) as refused:
        delete_segment(segment=segment, by=None, now=now)
    assert "Jeunes du Sud" in refused.value.usages[0].label
    SavedView.objects.update(query=f"segment={segment.pk}1")
    delete_segment(segment=segment, by=None, now=now)
