"""What a file refused in people's place is taken back with it; what they refused themselves stands."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from crm.consent.entries import ConsentGiven, Source
from crm.consent.models import ConsentEntry, ConsentState
from crm.consent.services import record_consents, withdraw_consent
from crm.imports.models import Import
from crm.people.merging import merge_people
from crm.people.models import Person
from crm.people.profile import agreements_of
from crm.people.timeline import timeline
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported
from tests.crm.imports.test_undoing import signed_up, undone

NO = b"email,newsletter\nada@example.org,non\n"
YES = NO.replace(b"non", b"oui")
DATED = "email,désinscrit le\nada@example.org,04/05/2023\n".encode()
LATER = timedelta(hours=1)


def may_be_written_to() -> bool:
    return Person.objects.get(email="ada@example.org").can_email


@pytest.fixture
def refused(tenant: TenantFacts, now: datetime) -> Import:
    signed_up(now)
    run = imported("b.csv", now + LATER, content=NO)
    assert not may_be_written_to()
    return run


def test_what_stood_before_a_file_refused_it_stands_again(refused: Import, now: datetime) -> None:
    assert "refusals_kept" not in undone(refused, now + 2 * LATER).undo_counts

    ada = Person.objects.get()
    assert may_be_written_to()
    email = agreements_of(ada)[0]
    assert (email.granted, email.written) == (True, now)
    lines = ConsentEntry.objects.order_by("id").values_list("granted", "source_reference", "wording__text")
    assert list(lines) == [
        (True, "form:1", "Je veux des nouvelles."),
        (False, f"import:{refused.pk}", ""),
        (False, f"import:{refused.pk}:undo", ""),
        (True, "form:1", "Je veux des nouvelles."),
    ]
    assert any(str(event.title).startswith("Défait avec son import") for event in timeline(ada).events)


def test_where_nothing_was_known_before_a_later_file_may_agree(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=b"email\nada@example.org\n")
    undone(imported("b.csv", now, content=NO), now)
    assert not ConsentState.objects.exists()

    imported("c.csv", now + LATER, content=YES)

    assert may_be_written_to()


def test_her_own_refusal_since_stands(refused: Import, now: datetime) -> None:
    withdraw_consent(person_id=Person.objects.get().pk, channel="email", source=Source("unsubscribe", "1"), now=now)
    undone(refused, now + 2 * LATER)
    assert (may_be_written_to(), ConsentState.objects.get().entry.source_kind) == (False, "unsubscribe")


def test_so_does_one_that_a_program_told(refused: Import, now: datetime) -> None:
    said = ConsentGiven("news", "email", granted=False, basis="consent", wording="")
    for _again in range(2):
        record_consents(person_id=Person.objects.get().pk, consents=[said], source=Source("api", "api:1"), now=now)
    assert ConsentEntry.objects.filter(source_kind="api").count() == 1
    undone(refused, now + 2 * LATER)
    assert not may_be_written_to()


def test_so_does_one_of_somebody_who_turns_out_to_be_her(refused: Import, now: datetime) -> None:
    eva = signed_up(now, email="eva@example.org")
    withdraw_consent(person_id=eva.pk, channel="email", source=Source("unsubscribe", "1"), now=now)
    merge_people(keep=Person.objects.get(email="ada@example.org"), merged=eva, source=Source("office", ""), now=now)
    undone(refused, now + 2 * LATER)
    assert not may_be_written_to()


@pytest.mark.parametrize(
    ("content", "kept"),
    [(NO + b"bob@example.org,oui\n", True), (b"email,prenom\nada@example.org,Ada\n", False)],
    ids=["says so again", "says nothing of it"],
)
def test_a_refusal_that_another_file_repeats_stays_and_is_counted(
    refused: Import, office: Client, now: datetime, content: bytes, *, kept: bool
) -> None:
    imported("c.csv", now + 2 * LATER, content=content)
    run = undone(refused, now + 3 * LATER)
    assert (run.undo_counts.get("refusals_kept"), may_be_written_to()) == (1 if kept else None, not kept)
    page = office.get(f"/bureau/imports/{run.pk}/").content.decode()
    assert ("1 personne garde un refus" in page) == kept


def test_a_refusal_that_is_told_with_its_day_is_hers(tenant: TenantFacts, now: datetime) -> None:
    signed_up(now)
    run = undone(imported("b.csv", now + LATER, content=DATED), now + 2 * LATER)
    assert (may_be_written_to(), run.undo_counts["refusals_kept"]) == (False, 1)
    assert ConsentState.objects.get().entry.given_on == date(2023, 5, 4)
