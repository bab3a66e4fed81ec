from datetime import datetime

import pytest

from crm.people.models import EmailAddress, Person, PhoneNumber
from crm.people.searching import ALIKE, alike, people_alike, people_matching
from crm.people.views import lists
from tenants.facts import TenantFacts
from tests.conftest import TenantClient


@pytest.fixture
def people(tenant: TenantFacts, now: datetime) -> None:
    for first, last, code, postcode in (
        ("Aïssatou", "Diallo", "13205", "13005"),
        ("Loïc", "Kermarrec", "29019", "29200"),
        ("Marcel", "Brest", "75056", "75011"),
        ("Jeanne", "Dupont", "93066", "93200"),
    ):
        Person.objects.create(first_name=first, last_name=last, commune_code=code, postcode=postcode, created_at=now)
    diallo = Person.objects.get(last_name="Diallo")
    EmailAddress.objects.create(person=diallo, address="aissatou@example.org")
    PhoneNumber.objects.create(person=diallo, number="+33613005130")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("diallo", ["Diallo"]),
        ("AISSATOU dial", ["Diallo"]),
        ("Marseille", ["Diallo"]),
        ("diallo marseille", ["Diallo"]),
        ("diallo brest", []),
        ("13005", ["Diallo"]),
        ("brest", ["Brest", "Kermarrec"]),
        ("loic brest", ["Kermarrec"]),
        ("dupont saint denis", ["Dupont"]),
        ("aissatou@ex", ["Diallo"]),
        ("06 13 00", ["Diallo"]),
        ("06130", ["Diallo"]),
        ("Nobody", []),
    ],
)
def test_people_are_found_by_name_place_and_address(people: None, text: str, found: list[str]) -> None:
    assert sorted(people_matching(text).values_list("last_name", flat=True)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kermarec", ["Kermarrec"]),
        ("kermarrek", ["Kermarrec"]),
        ("kremarrec", ["Kermarrec"]),
        ("Dupotn", ["Dupont"]),
        ("jaenne dupond", ["Dupont"]),
        ("diallo@", []),
        ("xyz", []),
    ],
)
def test_a_slip_of_the_finger_is_forgiven(people: None, text: str, found: list[str]) -> None:
    with alike(ALIKE[-1]):
        assert sorted(people_alike(text).values_list("last_name", flat=True)) == found


def test_the_list_offers_names_that_are_nearly_so(people: None, office: TenantClient) -> None:
    page = office.get("/bureau/personnes/?q=kermarec").content.decode()
    assert "Kermarrec" in page
    assert "Personne ne s’appelle" in page
    assert "Personne ne s’appelle" not in office.get("/bureau/personnes/?q=kermarrec").content.decode()
    assert "Personne ne correspond" in office.get("/bureau/personnes/?q=zzzzzz").content.decode()


def test_nearer_names_are_offered_first(
    tenant: TenantFacts, office: TenantClient, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for last in ("Riaze", "Riaze", "Riaud"):  # two letters swapped; half of the trigrams
        Person.objects.create(first_name="Ada", last_name=last, created_at=now)
    shown = office.get("/bureau/personnes/?q=riaez").context["people"]
    assert [one.last_name for one in shown] == ["Riaze", "Riaze", "Riaud"]
    monkeypatch.setattr(lists, "NEAR_ENOUGH", 2)  # where there are so many nearer ones, the others are not shown
    shown = office.get("/bureau/personnes/?q=riaez").context["people"]
    assert [one.last_name for one in shown] == ["Riaze", "Riaze"]
