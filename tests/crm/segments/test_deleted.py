"""What a condition counts on may be deleted: such a segment reaches nobody, says so, and can be mended."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import translation

from crm.people.models import Person, Tag
from crm.segments.models import Segment
from crm.segments.queries import changes_in_words, people_in, sentence_of
from crm.segments.services import add_segment, change_segment
from crm.segments.tree import CriteriaInvalid
from messaging.deliveries.audience import audience
from messaging.deliveries.enums import LegalClass
from tenants.facts import TenantFacts
from tests.conftest import TenantClient

LIST = "/bureau/tris/"
GONE = "Ce dont dépend cette condition a été supprimé."


@pytest.fixture
def tag(tenant: TenantFacts, now: datetime) -> Tag:
    tag = Tag.objects.create(name="ne pas écrire")
    Person.objects.create(tag_ids=[tag.pk], created_at=now)
    Person.objects.create(created_at=now)
    return tag


@pytest.mark.parametrize("operator", ["any", "all", "none"])
def test_a_dead_tag_is_neither_saved_nor_used(tag: Tag, now: datetime, operator: str) -> None:
    criteria: dict[str, Any] = {"tags": {operator: [tag.pk]}}
    segment = add_segment(name="À écrire", criteria=criteria, by=None, now=now)
    assert people_in(segment).count() == 1
    Tag.objects.all().delete()
    with pytest.raises(CriteriaInvalid):
        people_in(segment)
    with pytest.raises(CriteriaInvalid):
        audience(criteria, LegalClass.WHOLE)
    with translation.override("fr"):
        with pytest.raises(CriteriaInvalid) as refused:
            add_segment(name="Encore", criteria={"not": {"any": [criteria]}}, by=None, now=now)
        assert [problem.message for problem in refused.value.problems] == [GONE]
        with pytest.raises(CriteriaInvalid):
            change_segment(
                segment=segment, version=1, name="Autre", description="", criteria=criteria, by=None, now=now
            )
        assert "une étiquette supprimée" in sentence_of(segment)
        assert "une étiquette supprimée" in changes_in_words(segment)[0].sentence


def test_the_builder_opens_it_to_be_mended(office: TenantClient, tag: Tag, now: datetime) -> None:
    kept = {"language": {"in": ["fr"]}}
    criteria = {"all": [kept, {"tags": {"none": [tag.pk]}}]}
    segment = add_segment(name="À écrire", criteria=criteria, by=None, now=now)
    Tag.objects.all().delete()
    page = office.get(f"{LIST}{segment.pk}/")
    first, second = page.context["draft"].rows()
    assert (first.error, bool(second.error), page.context["set_aside"]) == ("", True, 1)
    assert GONE in office.get(LIST).content.decode()
    data = {"name": "À écrire", "version": 1, "do": "save", "groups": 1, "g0-kind": "all", "g0-rows": 2}
    data |= {"g0-r0-what": "language.in", "g0-r0-pick": "fr", "g0-r1-what": "tags.none", "g0-r1-text": f"#{tag.pk}"}
    assert office.post(f"{LIST}{segment.pk}/", data).status_code == 422
    assert office.post(f"{LIST}{segment.pk}/", data | {"g0-rows": 1}).status_code == 302
    assert Segment.objects.get().criteria == {"all": [kept]}


def test_who_reads_only_is_told(office_as: Any, tag: Tag, now: datetime) -> None:
    segment = add_segment(name="À écrire", criteria={"tags": {"none": [tag.pk]}}, by=None, now=now)
    Tag.objects.all().delete()
    page = office_as("reader").get(f"{LIST}{segment.pk}/")
    assert page.context["problems"] == [GONE]


def test_those_that_count_on_it_reach_nobody_either(office: TenantClient, tag: Tag, now: datetime) -> None:
    inner = add_segment(name="À écrire", criteria={"tags": {"none": [tag.pk]}}, by=None, now=now)
    outer = add_segment(name="Autour", criteria={"segment": {"not_in": [inner.pk]}}, by=None, now=now)
    Tag.objects.all().delete()
    with pytest.raises(CriteriaInvalid):
        people_in(outer)
    assert [line.problem for line in office.get(LIST).context["lines"]] == [GONE, GONE]
    assert office.get(f"{LIST}{outer.pk}/").context["problems"] == [GONE]


def test_a_tag_that_was_made_in_the_same_request_is_there(office: TenantClient, tag: Tag) -> None:
    data = {"name": "Tri", "version": 0, "do": "save", "groups": 1, "g0-kind": "all", "g0-rows": 1}
    data |= {"g0-r0-what": "tags.any", "g0-r0-text": "ne pas écrire"}
    assert office.post(f"{LIST}nouveau/", data).status_code == 302
    assert Segment.objects.get().criteria == {"all": [{"tags": {"any": [tag.pk]}}]}
