"""The list in each of its orders, page by page and back."""

from datetime import timedelta
from typing import Any

import pytest

from crm.consent.services import Source
from crm.people import paging
from crm.people.models import Person
from crm.people.orders import ORDERS
from crm.people.services import ContactData, capture
from tenants.facts import TenantFacts

LIST = "/bureau/personnes/"
SOURCE = Source("import", "import:1")
# last name: commune, support, hours since she was active, days since she is known
PEOPLE: dict[str, tuple[str, int | None, int | None, int]] = {
    "Adam": ("29019", 3, None, 1),
    "Bloch": ("", None, 5, 2),
    "Cros": ("91228", 1, 2, 3),
    "Dupuis": ("29019", None, None, 4),
    "Evrard": ("2A004", 3, 9, 5),
}
EXPECTED = {
    "": ["Adam", "Bloch", "Cros", "Dupuis", "Evrard"],
    "oldest": ["Evrard", "Dupuis", "Cros", "Bloch", "Adam"],
    "name": ["Adam", "Bloch", "Cros", "Dupuis", "Evrard"],
    "town": ["Adam", "Dupuis", "Evrard", "Cros", "Bloch"],
    "support": ["Cros", "Adam", "Evrard", "Bloch", "Dupuis"],
    "activity": ["Cros", "Bloch", "Evrard", "Adam", "Dupuis"],
}


@pytest.fixture
def people(tenant: TenantFacts, now: Any) -> None:
    for name, (commune, support, hours, days) in PEOPLE.items():
        contact = ContactData(email=f"{name.lower()}@example.org", last_name=name, support_level=support)
        done = capture(contact=contact, kind="imported", source=SOURCE, now=now)
        active = None if hours is None else now - timedelta(hours=hours)
        Person.objects.filter(pk=done.person_id).update(
            created_at=now - timedelta(days=days), last_activity_at=active, commune_code=commune
        )


def names(page: Any) -> list[str]:
    return [one.last_name for one in page.context["people"]]


def test_every_order_is_expected_here() -> None:
    assert set(EXPECTED) == set(ORDERS)


@pytest.mark.parametrize("order", EXPECTED)
def test_people_come_in_the_order_that_was_asked_for(
    people: None, office: Any, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    pages = [office.get(LIST, {"sort": order})]
    while url := pages[-1].context["after_url"]:
        pages.append(office.get(f"{LIST}{url}"))
    back = office.get(f"{LIST}{pages[-1].context['before_url']}")

    assert [name for page in pages for name in names(page)] == EXPECTED[order]
    assert names(back) == names(pages[-2])
    assert pages[0].context["form"]["sort"].value() == order
    chips = [(chip["value"], chip["url"]) for chip in pages[0].context["chips"]]
    assert chips == ([(ORDERS[order].label, "?view=all")] if order else [])


def test_an_order_that_is_none_is_the_newest_first(people: None, office: Any) -> None:
    assert names(office.get(LIST, {"sort": "shoe size"})) == EXPECTED[""]
