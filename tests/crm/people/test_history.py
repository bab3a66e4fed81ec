"""The story of a person by kinds, and what became of each datum."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.urls import reverse

from crm.consent.services import Source
from crm.people.contact_points import Phone
from crm.people.editing import ContactChanges, edit_person
from crm.people.history import history_of
from crm.people.models import Activity, PersonChange
from crm.people.timeline import SHOWN, timeline
from tenants.facts import TenantFacts
from tests.crm.people.arriving import person

TEAM = Source("office", "")


def test_each_filter_shows_its_kind_only(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now, tags=("ecology",))
    edit_person(
        person=ada, values={"last_name": "Byron"}, contacts=ContactChanges(), source=TEAM, reason="Marriage", now=now
    )

    icons = {group: [event.icon for event in timeline(ada, group=group).events] for group in ("tags", "consents")}
    assert icons == {"tags": ["iso-tag"], "consents": ["iso-badge-check"]}
    assert {event.icon for event in timeline(ada, group="changes").events} == {"iso-history", "iso-pen-line"}
    assert [event.icon for event in timeline(ada, group="messages").events] == []


def test_what_happened_at_one_moment_stays_on_one_page(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)
    later = now + timedelta(days=1)
    acts = [Activity(person=ada, kind="shared", at=later, key=f"k{number}") for number in range(SHOWN + 1)]
    Activity.objects.bulk_create(acts)

    first = timeline(ada)
    second = timeline(ada, before=first.older_than)

    assert len(first.events) == SHOWN + 1
    assert {event.at for event in second.events} == {now}


def test_the_history_says_who_changed_what_from_what(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    for name, days in (("Byron", 1), ("Lovelace", 2)):
        edit_person(
            person=ada,
            values={"last_name": name, "occupation": f"Métier {days}"},
            contacts=ContactChanges(),
            source=TEAM,
            reason="Au téléphone",
            now=now + timedelta(days=days),
        )

    told = [(line.before, line.after) for line in history_of(ada, field="last_name").lines]
    page = office.get(reverse("people:history", args=[ada.uuid])).content.decode()

    assert told == [("Byron", "Lovelace"), ("Durand0", "Byron")]
    assert "Métier 2" in page
    assert "Au téléphone" in page


def test_readers_may_read_it_and_strangers_not(tenant: TenantFacts, office_as: Any, site: Any, now: datetime) -> None:
    address = reverse("people:history", args=[person(now).uuid])
    assert office_as("reader").get(address).status_code == 200
    assert site.get(address).status_code == 302


def test_the_story_groups_by_the_days_of_the_campaigns_clock(tenant: TenantFacts) -> None:
    """Half past midnight in Paris is still yesterday in Greenwich."""
    at = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    ada = person(at)

    assert {event.day for event in timeline(ada).events} == {date(2026, 11, 26)}


def test_an_address_that_a_file_changed_is_told_in_words(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    changes = {
        "street": ["", "2 rue B"],
        "postcode": ["13001", "69001"],
        "city": ["MARSEILLE", "LYON"],
        "country": ["BE", "FR"],
        "commune_code": ["13201", "69381"],
        "departement_code": ["13", "69"],
        "region_code": ["93", "84"],
    }
    PersonChange.objects.create(person=ada, changes=changes, at=now, source_kind="import")

    page = office.get(reverse("people:history", args=[ada.uuid])).content.decode()

    lines = {line.field: (line.label, line.before, line.after) for line in history_of(ada).lines}
    assert lines["street"] == ("Adresse (numéro et voie)", "vide", "2 rue B")
    assert lines["postcode"] == ("Code postal", "13001", "69001")
    assert lines["city"] == ("Ville", "MARSEILLE", "LYON")
    assert lines["country"] == ("Pays", "Belgique", "France")
    assert lines["commune_code"] == ("Commune", "Marseille 1er Arrondissement", "Lyon 1er Arrondissement")
    assert lines["departement_code"] == ("Département", "Bouches-du-Rhône", "Rhône")
    assert lines["region_code"] == ("Région", "Provence-Alpes-Côte d’Azur", "Auvergne-Rhône-Alpes")
    assert not [name for name in changes if name in re.sub(r"<[^>]*>", " ", page).split()]


def test_numbers_are_told_as_on_her_page(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now, phone="06 11 11 11 11")
    phone = ada.phones.get()
    edit_person(
        person=ada,
        values={},
        contacts=ContactChanges(
            email=("ada@example.net", "ada@example.net"),
            phone=Phone("+33622222222", is_mobile=True),
            removed={"phones": [phone.id]},
        ),
        source=TEAM,
        reason="",
        now=now,
    )
    line = next(line for line in history_of(ada).lines if line.field == "contacts")
    assert line.before.replace("\u00a0", " ") == "06 11 11 11 11"
    assert line.after.replace("\u00a0", " ") == "ada@example.net, 06 22 22 22 22"
