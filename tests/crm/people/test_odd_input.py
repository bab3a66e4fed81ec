"""What nobody types and a program tries: numbers that no column holds, and cursors that were meddled with."""

import base64
from datetime import datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.urls import reverse

from crm.fields.enums import FieldKind
from crm.fields.services import make_field
from crm.people.models import Person, SavedView, Tag, TagGroup
from crm.people.selecting import list_query
from crm.relations.models import Organisation
from tenants.facts import TenantFacts

HUGE = ("9" * 5000, str(10**20), str(2**31), "²", "٣")


@pytest.fixture
def ada(tenant: TenantFacts, now: datetime) -> Person:
    tag = Tag.objects.create(name="ecology")
    return Person.objects.create(last_name="Durand", created_at=now, tag_ids=[tag.pk])


@pytest.mark.parametrize("number", HUGE)
def test_no_number_is_too_large_for_an_address(ada: Person, office: Any, number: str) -> None:
    for path in (
        f"{reverse('people:history', args=[ada.uuid])}?before={number}",
        f"{reverse('people:list')}?view={number}&segment={number}",
        f"{reverse('bulk:choose')}?ids={number}",
        f"{reverse('exports:new')}?ids={number}&columns={number}",
        f"{reverse('relations:organisations')}?after=a|{number}",
    ):
        assert office.get(path, follow=True).status_code == 200, path[:80]


@pytest.mark.parametrize("number", HUGE)
def test_no_number_is_too_large_for_a_form(ada: Person, office: Any, number: str) -> None:
    tagged = office.post(reverse("people:tag_people"), {"ids": [ada.pk, number], "tag": "new"})
    assert tagged.status_code == 302
    office.post(reverse("people:tag_people"), {"ids": number, "tag": "new"})
    office.post(reverse("people:go_on"), {"ids": number, "go": "bulk:choose"})
    office.post(reverse("people:tag", args=[ada.uuid]), {"remove": number})
    office.post(reverse("people:tags_unused"), {"tags": number})
    assert office.post(reverse("relations:unrelate", args=[ada.uuid]), {"other": number}).status_code == 404
    ada.refresh_from_db()
    assert len(ada.tag_ids) == 2


MEDDLED = (
    '["\\u0000", "\\u0000", 1]',
    '["\\ud800", "a", 1]',
    '["a", "b", Infinity]',
    '["a", "b", 1e999]',
    '["a", 1e999]',
    "[NaN, 1]",
    f'["a", "b", {10**30}]',
    f"[{10**30}, {10**30}]",
    "[" * 3000,
)


@pytest.mark.parametrize("sort", ["", "oldest", "name", "town", "support", "activity"])
def test_a_cursor_that_was_meddled_with_is_the_first_page(ada: Person, office: Any, sort: str) -> None:
    for values in MEDDLED:
        cursor = base64.urlsafe_b64encode(f"[0, {values.removeprefix('[')}".encode()).decode()
        for end in ("after", "before"):
            page = office.get(reverse("people:list"), {"sort": sort, end: cursor})
            assert page.status_code == 200, values[:40]


def test_a_cursor_of_a_number_is_a_number(ada: Person, office: Any) -> None:
    field = make_field(name="Age", kind=FieldKind.NUMBER)
    Person.objects.update(custom={str(field.key): 3})
    for value in ("Infinity", "1e999", "NaN"):
        cursor = base64.urlsafe_b64encode(f"[0, {value}, 1]".encode()).decode()
        assert office.get(reverse("people:list"), {"sort": f"f{field.key}", "after": cursor}).status_code == 200


def test_a_view_keeps_no_nul(tenant: TenantFacts) -> None:
    assert list_query(QueryDict("q=a%00b")) == "q=ab"


def test_a_moment_without_a_zone_is_the_campaigns(ada: Person, office: Any) -> None:
    Person.objects.update(source_kind="import")
    assert office.get(ada.get_absolute_url(), {"before": "2026-01-01"}).status_code == 200


@pytest.mark.parametrize("name", ["\u200b", "\u0301", "\u2060\u00a0"])
def test_a_name_can_be_seen(ada: Person, office: Any, name: str) -> None:
    tags = Tag.objects.count()
    for path, told in (
        (reverse("people:tag_create"), {"name": name}),
        (reverse("people:tag_people"), {"ids": ada.pk, "tag": name}),
        (reverse("people:tag", args=[ada.uuid]), {"tags": f"{name},{name}"}),
        (reverse("people:tag_group_create"), {"name": name}),
        (reverse("people:view_add"), {"name": name, "query": "departement=13"}),
        (reverse("people:add"), {"first_name": name, "last_name": name, "relationship": "regular", "key": "k"}),
        (reverse("relations:organisation_add"), {"name": name, "kind": "other"}),
        (reverse("bulk:choose"), {"action": "tag", "tag": name}),
    ):
        assert office.post(path, told).status_code in (200, 302, 422), path
    assert (Tag.objects.count(), Person.objects.count()) == (tags, 1)
    assert not any(model.objects.exists() for model in (TagGroup, SavedView, Organisation))
