"""Postal addresses in the office's forms: corrected where they stand, added, and in any country."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override

from crm.consent.services import Source
from crm.geo.countries import OVERSEAS, countries, country_name
from crm.people.editing import ContactChanges, edit_person
from crm.people.entries import ContactData
from crm.people.models import Activity, Person, PersonChange, PostalAddress
from crm.people.services import capture
from tenants.facts import TenantFacts
from tests.crm.people.arriving import person
from tests.crm.people.test_contact_points import form_of

TEAM = Source("office", "", 1)
BRUSSELS: dict[str, Any] = {"street": "1 rue Royal", "postcode": "1000", "city": "Bruxelles", "country": "BE"}
MARSEILLE: dict[str, Any] = {"street": "1 rue A", "postcode": "13001", "city": "Marseille"}


def change(office: Any, one: Person, **changed: Any) -> Any:
    answer = office.post(reverse("people:edit", args=[one.uuid]), form_of(one, **changed), follow=True)
    one.refresh_from_db()
    return answer


def to(row: PostalAddress, **changed: str) -> dict[str, Any]:
    return {f"address-{row.id}-{name}": value for name, value in changed.items()}


def addresses(one: Person) -> list[str]:
    with override("fr"):
        return [str(row) for row in one.addresses.order_by("rank")]


def history(one: Person) -> list[Any]:
    return [found.changes for found in PersonChange.objects.filter(person=one).order_by("id")]


def test_a_street_abroad_is_corrected_where_it_stands(tenant: TenantFacts, office: Any, now: datetime) -> None:
    """It used to become a French address beside the old one."""
    ada = person(now, **BRUSSELS)
    row = ada.addresses.get()

    change(office, ada, **to(row, street="1 rue Royale"))

    kept = ada.addresses.get()
    assert (kept.id, kept.street, kept.country, kept.is_primary) == (row.id, "1 rue Royale", "BE", True)
    assert (ada.street, ada.country, ada.commune_code) == ("1 rue Royale", "BE", "")
    assert history(ada) == [
        {"address": ["1 rue Royal 1000 Bruxelles, Belgique", "1 rue Royale 1000 Bruxelles, Belgique"]}
    ]
    assert Activity.objects.get(kind="edited").payload["fields"] == ["address"]


def test_what_was_corrected_comes_from_who_did_it(tenant: TenantFacts, now: datetime) -> None:
    done = capture(
        contact=ContactData(last_name="Faure", **MARSEILLE),
        kind="imported",
        source=Source("import", "import:1"),
        now=now,
    )
    faure = Person.objects.get(pk=done.person_id)
    row, later = faure.addresses.get(), now + timedelta(days=1)
    told = {row.id: ContactData(**{**MARSEILLE, "street": "2 rue A"})}

    for _ in range(2):  # the second time nothing differs
        edit_person(person=faure, values={}, contacts=ContactChanges(corrected=told), source=TEAM, reason="", now=later)

    kept = faure.addresses.get()
    assert (kept.source_kind, kept.actor_id, kept.created_at) == ("office", 1, later)
    assert len(history(faure)) == 1


def test_a_second_address_is_corrected_and_the_first_stays_so(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, **MARSEILLE)
    change(office, ada, street="2 rue B", postcode="75011", city="Paris")
    second, first = ada.addresses.order_by("id")
    assert (first.is_primary, second.is_primary) == (True, False)

    change(office, ada, **to(second, street="9 rue A"))

    assert addresses(ada) == ["2 rue B 75011 Paris", "9 rue A 13001 Marseille"]
    assert ada.street == "2 rue B"


def test_another_postcode_brings_its_commune(tenant: TenantFacts, office: Any, now: datetime) -> None:
    """The browser sends the commune of the old postcode along."""
    ada = person(now, **MARSEILLE)
    row = ada.addresses.get()
    assert row.commune_code == "13201"

    change(office, ada, **to(row, postcode="42000", city="Saint-Étienne"))

    assert (ada.commune_code, ada.departement_code) == ("42218", "42")


def test_a_doubtful_commune_is_asked_in_the_row(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, **MARSEILLE)
    row = ada.addresses.get()
    corrected = to(row, street="", postcode="01400", city="", commune_code="13201")

    page = change(office, ada, **corrected)
    text = page.content.decode()
    assert "Plusieurs communes" in text
    assert "<details open>" in text
    assert "Châtillon-sur-Chalaronne" in text
    assert ada.postcode == "13001"

    change(office, ada, **corrected | to(row, commune_code="01093"))
    assert (ada.postcode, ada.commune_code) == ("01400", "01093")


def test_the_commune_alone_is_a_change_too(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, postcode="01400", city="Par là")
    row = ada.addresses.get()
    assert row.commune_code == ""
    refused = change(office, ada, email="nothing").content.decode()  # another question is left: this one waits
    assert "Plusieurs communes" not in refused
    change(office, ada, occupation="Maçonne")
    assert ada.occupation == "Maçonne"
    assert (
        f'name="address-{row.id}-commune_code"' in office.get(reverse("people:edit", args=[ada.uuid])).content.decode()
    )

    change(office, ada, **to(row, commune_code="01093"))

    assert ada.commune_code == "01093"
    assert history(ada)[-1]["address"] == ["01400 Par là", "01400 Par là (Châtillon-sur-Chalaronne)"]


def test_a_move_abroad_leaves_the_commune(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, **MARSEILLE)

    change(office, ada, **to(ada.addresses.get(), **BRUSSELS))

    assert addresses(ada) == ["1 rue Royal 1000 Bruxelles, Belgique"]
    assert (ada.commune_code, ada.departement_code, ada.country) == ("", "", "BE")


def test_an_emptied_address_is_not_kept_silently(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, **MARSEILLE)
    row = ada.addresses.get()
    emptied = to(row, street="", postcode="", city="", commune_code="")

    page = change(office, ada, **emptied).content.decode()
    assert "cochez «\u00a0Retirer\u00a0»" in page
    assert addresses(ada) == ["1 rue A 13001 Marseille"]

    change(office, ada, **emptied, remove_addresses=[row.id])
    assert (addresses(ada), ada.street) == ([], "")


def test_the_street_alone_can_be_emptied(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, **MARSEILLE)

    change(office, ada, **to(ada.addresses.get(), street=""))

    assert (addresses(ada), ada.street) == (["13001 Marseille"], "")


def test_nothing_touched_is_nothing_kept(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, **MARSEILLE)
    seen = ada.updated_at

    page = change(office, ada).content.decode()

    assert "Rien n’a été modifié." in page
    assert (history(ada), ada.updated_at) == ([], seen)


def test_an_added_address_comes_first_and_once(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, **MARSEILLE)

    for _ in range(2):  # sent again by the back button
        change(office, ada, **BRUSSELS)

    assert addresses(ada) == ["1 rue Royal 1000 Bruxelles, Belgique", "1 rue A 13001 Marseille"]
    assert history(ada) == [{"address": ["", "1 rue Royal 1000 Bruxelles, Belgique"]}]
    assert (ada.street, ada.country) == ("1 rue Royal", "BE")


def test_a_fuller_address_completes_the_first(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, postcode="13001", city="Marseille")

    change(office, ada, **MARSEILLE)

    assert addresses(ada) == ["1 rue A 13001 Marseille"]
    assert history(ada) == [{"address": ["13001 Marseille", "1 rue A 13001 Marseille"]}]


def test_a_country_alone_is_no_address(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    change(office, ada, country="BE")
    assert (addresses(ada), ada.country) == ([], "FR")


def test_an_address_is_hers_or_left_alone(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada, boris = person(now, **MARSEILLE), person(now, 1, **BRUSSELS)
    row = boris.addresses.get()

    change(office, ada, **to(row, **{**MARSEILLE, "street": "x"}))
    edit_person(
        person=ada,
        values={},
        contacts=ContactChanges(corrected={row.id: ContactData(**MARSEILLE)}),
        source=TEAM,
        reason="",
        now=now,
    )

    assert addresses(boris) == ["1 rue Royal 1000 Bruxelles, Belgique"]
    assert addresses(ada) == ["1 rue A 13001 Marseille"]


def test_somebody_abroad_is_added_with_her_country_and_her_number(tenant: TenantFacts, office: Any) -> None:
    told = {"last_name": "Peeters", "relationship": "regular", "key": "k", "phone": "0470 12 34 56"}

    office.post(reverse("people:add"), {**told, **BRUSSELS})

    one = Person.objects.get()
    assert (one.country, one.city, one.commune_code, one.phone) == ("BE", "Bruxelles", "", "+32470123456")


def test_a_number_is_read_where_she_lives(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, **BRUSSELS)
    change(office, ada, phone="0470 12 34 56")
    assert ada.phone == "+32470123456"


def test_the_country_is_told_when_it_is_another(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada, boris = person(now, **BRUSSELS), person(now, 1, **MARSEILLE)

    page = office.get(ada.get_absolute_url()).content.decode()
    assert "1 rue Royal 1000 Bruxelles, Belgique" in page
    assert "Bruxelles, Belgique, " in page  # below her name
    assert "à demander" not in page  # there are no communes of ours
    assert "France" not in office.get(boris.get_absolute_url()).content.decode().split('id="people-identity"')[1]
    assert "Bruxelles (Belgique)" in office.get(reverse("people:list")).content.decode()


def test_a_country_that_no_list_has_is_not_lost(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, **{**BRUSSELS, "country": "QZ"})
    change(office, ada, **to(ada.addresses.get(), street="2 rue Royale"))
    assert addresses(ada) == ["2 rue Royale 1000 Bruxelles, QZ"]


@pytest.mark.parametrize(("language", "name"), [("fr", "Allemagne"), ("en", "Germany")])
def test_countries_have_names_in_the_readers_language(language: str, name: str) -> None:
    with override(language):
        assert country_name("DE") == name
        choices = countries()
    assert choices[0] == ("FR", "France")
    assert len(choices) == 250 - len(OVERSEAS)
    assert not {*OVERSEAS} & {code for code, _name in choices}
