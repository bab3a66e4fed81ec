from datetime import datetime

import pytest
from django.db import connection

from crm.people.models import EmailAddress, Person, PhoneNumber
from crm.people.searching import people_alike, people_around, people_matching, people_named
from crm.people.spelling import one_slip_from, sounding_like, words_near
from tenants.facts import TenantFacts
from tenants.indexes import indexes_aside
from tests.conftest import TenantClient


@pytest.fixture
def people(tenant: TenantFacts, now: datetime) -> None:
    for first, last, code, postcode in (
        ("Aïssatou", "Diallo", "13205", "13005"),
        ("Loïc", "Kermarrec", "29019", "29200"),
        ("Marcel", "Brest", "75056", "75011"),
        ("Jeanne", "Dupont", "93066", "93200"),
        ("Ada", "Hay", "94038", "94240"),
        ("Jean-Noël", "L’Hermite \\ Fils", "29019", "29200"),
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
        ("brest", ["Brest", "Kermarrec", "L’Hermite \\ Fils"]),
        ("loic brest", ["Kermarrec"]),
        ("dupont saint denis", ["Dupont"]),
        ("aissatou@ex", ["Diallo"]),
        ("06 13 00", ["Diallo"]),
        ("06130", ["Diallo"]),
        ("61300", []),  # a postcode
        ("L'Haÿ-les-Roses", ["Hay"]),
        ("hay l’hay les roses", ["Hay"]),
        ("Nobody", []),
        ("noel", ["L’Hermite \\ Fils"]),
        ("jean noël", ["L’Hermite \\ Fils"]),
        ("hermite-jean", ["L’Hermite \\ Fils"]),
        ("l'hermite", ["L’Hermite \\ Fils"]),
        ("jea", ["Dupont", "L’Hermite \\ Fils"]),
        ("je du", ["Dupont"]),
        ("Dupont, Jeanne", ["Dupont"]),
        ("upon", []),  # the beginnings of words
        ("\\", ["L’Hermite \\ Fils"]),
        ("dupont | diallo", []),
        ("dup:* & !x", []),
        ("d" * 5000, []),
        ("d" * 199 + "\\" * 9, []),
        ("d " * 2000, ["Diallo", "Dupont"]),
        ("saint-denis jeanne", ["Dupont"]),  # the place first
        ("Brest, Kermarrec", ["Kermarrec"]),
        ("kermarrec 29200", ["Kermarrec"]),
        ("29200 Kermarrec", ["Kermarrec"]),
        ("kermarrec brest 29200", ["Kermarrec"]),
        ("brest 29200", ["Kermarrec", "L’Hermite \\ Fils"]),
        ("kermarrec 13005", []),
        ("+33 (0)6 13 00 51 30", ["Diallo"]),
        ("0033 (0)6 13 00", ["Diallo"]),
        (" ", ["Brest", "Diallo", "Dupont", "Hay", "Kermarrec", "L’Hermite \\ Fils"]),  # nothing is asked for
        ("-", []),
        ("'", []),
        ("...", []),
        ("🙂", []),
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
        ("kermarek", ["Kermarrec"]),  # as it sounds
        ("qermarrek", ["Kermarrec"]),
        ("Dupotn", ["Dupont"]),
        ("jaenne dupond", ["Dupont"]),
        ("je dupond", ["Dupont"]),  # the short word as it stands
        ("ka dupond", []),
        ("dupond saint denis", ["Dupont"]),
        ("dupond brest", []),
        ("diallo@", []),
        ("xyz", []),
    ],
)
def test_a_slip_of_the_finger_is_forgiven(people: None, text: str, found: list[str]) -> None:
    assert sorted(people_alike(text).values_list("last_name", flat=True)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("aissatou", ["Diallo"]),
        ("aissatou.d", []),
        ("ai", []),  # many
        ("aissatou diallo", []),
        ("0613", []),  # a telephone
        ("%", []),
        ("___", []),
    ],
)
def test_an_email_is_found_by_its_beginning(people: None, text: str, found: list[str]) -> None:
    Person.objects.update(first_name="")
    assert sorted(people_alike(text).values_list("last_name", flat=True)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Marsielle", ["Diallo"]),
        ("marseile", ["Diallo"]),
        ("mar", ["Diallo"]),
        ("diallo Marsielle", ["Diallo"]),
        ("L'Haÿ", ["Hay"]),
        ("hay les rozes", []),
        ("lhay les roses", ["Hay"]),
        ("L'Haÿ-les-Rosse", ["Hay"]),
        ("Saint Deni", ["Dupont"]),
        ("St Denys dupont", ["Dupont"]),
        ("kermarrec breste", ["Kermarrec"]),
        ("ma", []),
        ("13", []),
        ("061300", []),
        ("diallo@marseille", []),
        ("", []),
    ],
)
def test_a_place_is_found_by_its_beginning_or_nearly_so(people: None, text: str, found: list[str]) -> None:
    assert sorted(people_around(text).values_list("last_name", flat=True)) == found


def test_a_search_names_somebody_by_all_that_finds_her(people: None) -> None:
    """What an erasure must forget."""
    for text in ("aissatou@", "aissatou", "diallo 13005", "Marseille Diallo", "+33 (0)6 13 00 51 30"):
        assert [one.last_name for one in people_named(text)] == ["Diallo"], text
    assert not people_named("Marseille").exists()


@pytest.mark.parametrize("slip", ["brst", "breest", "brost", "berst", "rest", "brests"])
def test_one_slip_is_a_letter_missing_too_many_wrong_or_swapped(slip: str) -> None:
    assert "brest" in one_slip_from(slip)
    assert slip not in one_slip_from(slip)


@pytest.mark.parametrize(
    ("heard", "written"),
    [("stefanie", "stephanie"), ("matieu", "matthieu"), ("katerine", "catherine"), ("gotier", "gauthier")],
)
def test_a_name_is_written_as_it_sounds(heard: str, written: str) -> None:
    assert written in sounding_like(heard)


def test_all_that_may_have_been_meant_is_told(people: None) -> None:
    assert words_near(["jeannr", "brost", "xyz", "el3"]) == {"jeannr": ["jeanne"], "brost": ["brest"]}


def test_names_are_found_by_their_index(people: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    assert "people_words" in people_matching("dup jea").explain()


def test_nobody_waits_for_slips_while_the_index_is_aside(live_tenant: TenantFacts, now: datetime) -> None:
    Person.objects.create(last_name="Kermarrec", created_at=now)
    with indexes_aside(["people_words"]):
        assert words_near(["kermarec"]) == {}
        assert people_matching("kermarrec").exists()
    assert words_near(["kermarec"]) == {"kermarec": ["kermarrec"]}


def test_the_list_offers_names_that_are_nearly_so(people: None, office: TenantClient) -> None:
    page = office.get("/bureau/personnes/?q=kermarec").content.decode()
    assert "Kermarrec" in page
    assert "Personne ne s’appelle" in page
    assert "Personne ne s’appelle" not in office.get("/bureau/personnes/?q=kermarrec").content.decode()
    assert "Personne ne correspond" in office.get("/bureau/personnes/?q=zzzzzz").content.decode()


def test_the_list_leads_to_everybody_of_the_place_that_was_meant(people: None, office: TenantClient) -> None:
    Person.objects.filter(last_name="Diallo").update(departement_code="13")
    page = office.get("/bureau/personnes/", {"q": "Marsielle", "channel": "email"})
    assert [one.last_name for one in page.context["people"]] == []
    page = office.get("/bureau/personnes/", {"q": "Marsielle", "sort": "name"})
    assert [one.last_name for one in page.context["people"]] == ["Diallo"]
    assert page.context["places"] == [("Marseille (13)", "?sort=name&commune=13055")]
    assert [one.last_name for one in office.get("/bureau/personnes/?commune=13055").context["people"]] == ["Diallo"]


def test_places_and_emails_are_found_by_their_indexes(people: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    assert "people_commune" in people_around("Marsielle").explain()
    assert "people_words" in people_matching("Marseille diallo").explain()
    assert "people_postcode" in people_matching("13005").explain()


def test_names_that_are_nearly_so_are_one_page(tenant: TenantFacts, office: TenantClient, now: datetime) -> None:
    Person.objects.bulk_create(Person(last_name="Riaze", created_at=now) for _ in range(60))
    page = office.get("/bureau/personnes/?q=riaez")
    assert "Les 50 premières que vous cherchez peut-être" in page.content.decode()
    shown = page.context
    assert {one.last_name for one in shown["people"]} == {"Riaze"}
    assert (len(shown["people"]), shown["count"].number, shown["after_url"]) == (50, 50, "")
