"""What was tagged by ticking can be taken back from the list that follows, and only from there."""

import re
from typing import Any

import pytest
from django.urls import reverse

from crm.people.models import Person, Tag, TagChange
from tenants.facts import TenantFacts

UNDO = "/bureau/personnes/etiqueter/annuler/"


@pytest.fixture
def ids(tenant: TenantFacts) -> list[int]:
    people = Person.objects.bulk_create(Person(first_name="Ada", last_name=f"Durand{number}") for number in range(3))
    return [person.pk for person in people]


def put(office: Any, ids: list[int], tag: str = "Bénévole", do: str = "add") -> None:
    office.post(reverse("people:tag_people"), {"ids": ids, "tag": tag, "do": do})


def key_on(office: Any) -> str | None:
    """Of the banner on the list, as it is now."""
    page = office.get(reverse("people:list"))
    assert page.status_code == 200
    found = re.search(r'name="key" value="([^"]+)"', page.content.decode())
    assert (found is not None) is (UNDO in page.content.decode())
    return found and found[1]


def tagged(name: str = "Bénévole") -> int:
    return Person.objects.filter(tag_ids__contains=[Tag.objects.get(name=name).pk]).count()


def test_tags_put_on_many_can_be_taken_back(office: Any, ids: list[int]) -> None:
    put(office, ids)
    assert tagged() == 3

    page = office.post(UNDO, {"key": key_on(office)}, follow=True)

    assert "Défait pour 3 personnes" in page.content.decode()
    assert tagged() == 0
    assert TagChange.objects.count() == 6
    assert key_on(office) is None


def test_the_banner_stands_on_the_list_that_follows_and_not_on_the_next(office: Any, ids: list[int]) -> None:
    put(office, ids)
    assert key_on(office)
    assert key_on(office) is None


def test_a_banner_that_was_closed_stays_away_and_changes_nothing(office: Any, ids: list[int]) -> None:
    put(office, ids)
    key = key_on(office)

    office.post(UNDO, {"key": key, "keep": "1"})

    assert key_on(office) is None
    office.post(UNDO, {"key": key})
    assert tagged() == 3


def test_the_button_of_a_page_left_open_undoes_what_it_tells_or_nothing(office: Any, ids: list[int]) -> None:
    put(office, ids)
    first = key_on(office)
    put(office, ids[:1], "Presse")
    second = key_on(office)

    page = office.post(UNDO, {"key": first}, follow=True)

    assert "ne peut plus être défait" in page.content.decode()
    assert (tagged(), tagged("Presse")) == (3, 1)
    office.post(UNDO, {"key": second})
    assert (tagged(), tagged("Presse")) == (3, 0)


def test_a_change_of_nothing_offers_nothing(office: Any, ids: list[int]) -> None:
    put(office, ids)
    key_on(office)
    put(office, ids)
    assert key_on(office) is None
