"""Names with the signs that separate names in the builder: each is still found, and never counted as everybody."""

from datetime import datetime
from typing import Any

import pytest

from crm.people.models import Person, Tag
from crm.relations.models import Organisation
from crm.segments.builder import draft_of, read_row
from crm.segments.models import Segment
from crm.segments.registry import RawValue
from crm.segments.services import add_segment
from crm.segments.tree import parse, to_json
from tenants.facts import TenantFacts
from tests.conftest import TenantClient

LIST = "/bureau/tris/"


@pytest.mark.parametrize("operator", ["any", "all", "none"])
def test_a_tag_with_a_comma_is_written_and_read_back(tenant: TenantFacts, operator: str) -> None:
    tags = [
        Tag.objects.create(name=name).pk for name in ("presse, radio", "presse radio", "un; deux", "à-côté", "à côté")
    ]
    for pk in tags:
        criteria = {"tags": {operator: [pk]}}
        draft = draft_of(parse(criteria))
        assert draft.errors() == []
        assert to_json(draft.node()) == {"all": [criteria]}


def test_it_is_offered_and_suggested_as_it_is_read(tenant: TenantFacts) -> None:
    pk = Tag.objects.create(name="presse, radio").pk
    row = read_row("tags.any", RawValue(text="press radio"))
    assert row.suggestions == (f"presse radio (#{pk})",)
    assert row.criterion
    assert row.criterion.suggestions("pres") == [f"presse radio (#{pk})"]
    assert read_row("tags.any", RawValue(text=row.suggestions[0])).condition
    assert read_row("tags.any", RawValue(text="presse radio")).condition


def test_two_segments_that_a_comma_tells_apart_stay_two(tenant: TenantFacts, now: datetime) -> None:
    for name in ("Lyon, sud", "Lyon sud"):
        inner = add_segment(name=name, criteria={"reach": {"by": ["sms"]}}, by=None, now=now)
        criteria = {"segment": {"in": [inner.pk]}}
        assert to_json(draft_of(parse(criteria)).node()) == {"all": [criteria]}


def test_the_page_of_a_segment_counts_what_the_list_counts(office: TenantClient, now: datetime) -> None:
    tag = Tag.objects.create(name="presse")
    Person.objects.create(tag_ids=[tag.pk], created_at=now)
    Person.objects.create(created_at=now)
    segment = add_segment(name="Presse", criteria={"tags": {"any": [tag.pk]}}, by=None, now=now)
    Tag.objects.update(name="presse, radio")
    page = office.get(f"{LIST}{segment.pk}/")
    assert (page.context["set_aside"], page.context["panel"].figures.total) == (0, 1)


def test_what_cannot_be_read_is_not_counted_without_it(office: TenantClient, now: datetime) -> None:
    tag = Tag.objects.create(name="presse")
    Person.objects.create(created_at=now)
    segment = add_segment(name="Presse", criteria={"tags": {"none": [tag.pk]}}, by=None, now=now)
    tag.delete()
    page: Any = office.get(f"{LIST}{segment.pk}/")
    assert "Ce tri n’est pas compté." in page.content.decode()
    assert "panel" not in page.context
    assert "legal" not in page.context
    data = {"name": "Presse", "version": 1, "do": "refresh", "groups": 1, "g0-kind": "all", "g0-rows": 1}
    data |= {"g0-r0-what": "tags.none", "g0-r0-text": f"#{tag.pk}"}
    typed = office.post(f"{LIST}{segment.pk}/", data).content.decode()
    assert "en laissant de côté ce qui est en rouge" in typed
    assert Segment.objects.get().criteria == segment.criteria


def test_a_whole_name_with_a_comma_is_understood_as_typed(tenant: TenantFacts, now: datetime) -> None:
    tag = Tag.objects.create(name="presse, radio")
    Tag.objects.create(name="presse")
    atelier = Organisation.objects.create(name="Atelier, du port", created_at=now)
    Organisation.objects.create(name="Atelier", created_at=now)
    ada = Person.objects.create(first_name="Ada", last_name="Durand", created_at=now)
    for key, text, pk in (
        ("tags.any", "Presse, radio", tag.pk),
        ("organisation.works", "Atelier, du port", atelier.pk),
        ("recruited.by", "Durand, Ada", ada.pk),
    ):
        row = read_row(key, RawValue(text=text))
        assert row.condition, row.error
        assert row.condition.value == [pk]
    assert "du quai" in read_row("organisation.works", RawValue(text="Atelier, du quai")).error
