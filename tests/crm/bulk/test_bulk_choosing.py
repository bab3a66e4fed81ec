"""The page where something to do with many is chosen: one thing at a time, with what it asks for."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from crm.bulk.forms import TO_TYPE
from crm.people.models import Person
from tenants.facts import TenantFacts
from tests.crm.bulk.conftest import URL

pytestmark = pytest.mark.usefixtures("tenant")


def acts_on(answer: Any) -> dict[str, str]:
    """The markup of each action, by its key."""
    parts = re.findall(r'<details name="bulk".*?</details>', answer.content.decode(), re.S)
    return {re.search(r'name="action" value="(\w+)"', part)[1]: part for part in parts}  # type: ignore[index]


def names_in(markup: str) -> set[str]:
    return set(re.findall(r'<(?:input|select)[^>]* name="(\w+)"', markup)) - {"csrfmiddlewaretoken", "action"}


@pytest.fixture
def some(tenant: TenantFacts) -> list[Person]:
    return Person.objects.bulk_create(Person(first_name="B", departement_code="13") for _ in range(3))


def test_each_action_shows_only_what_it_asks_for_and_is_closed(office: Any, some: list[Person]) -> None:
    acts = acts_on(office.get(URL))

    assert {action: names_in(markup) for action, markup in acts.items()} == {
        "tag": {"tag"},
        "untag": {"tag"},
        "relate": {"relationship"},
        "assign": {"person"},
        "erase": {"number"},
    }
    assert not any(" open>" in markup for markup in acts.values())
    assert "Étiqueter 3 personnes" in acts["tag"]
    assert "Effacer 3 personnes, après le délai" in acts["erase"]


def test_many_are_typed_whatever_is_done(office: Any, some: list[Person]) -> None:
    Person.objects.bulk_create(Person(first_name="B") for _ in range(TO_TYPE))
    assert all("number" in names_in(markup) for markup in acts_on(office.get(URL)).values())


def test_what_is_amiss_stands_in_its_own_place_with_what_was_typed(office: Any, some: list[Person]) -> None:
    answer = office.post(URL, {"action": "untag", "tag": "personne n’a ça"})
    acts = acts_on(answer)

    assert answer.status_code == 422
    assert [action for action, markup in acts.items() if " open>" in markup] == ["untag"]
    assert "error-message" in acts["untag"]
    assert "personne n’a ça" in acts["untag"]
    assert "personne n’a ça" not in acts["tag"]
    assert 'href="#id_untag_tag"' in answer.content.decode()
    assert 'id="id_untag_tag"' in acts["untag"]


def test_no_id_stands_on_the_page_twice(office: Any, some: list[Person]) -> None:
    for answer in (office.get(URL), office.post(URL, {"action": "tag"}), office.post(URL, {"action": "x"})):
        ids = re.findall(r' id="([^"]+)"', answer.content.decode())
        assert len(ids) == len(set(ids)), sorted(one for one in set(ids) if ids.count(one) > 1)


def test_a_relationship_is_chosen_and_not_found_set(office: Any, some: list[Person]) -> None:
    assert office.post(URL, {"action": "relate", "relationship": ""}).status_code == 422
    assert 'value="" selected' in acts_on(office.get(URL))["relate"]


def test_who_may_not_erase_is_not_offered_it(
    office_as: Callable[[str], Any], some: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.bulk.views.can", lambda user, permission: permission != "people.erase")
    client = office_as("owner")
    assert set(acts_on(client.get(URL))) == {"tag", "untag", "relate", "assign"}
    assert client.post(URL, {"action": "erase", "number": "3"}).status_code == 422
