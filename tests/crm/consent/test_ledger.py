"""The ledger cannot be changed, and what stands now is always what it says."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.consent.bulk import record_consents_from_table
from crm.consent.enums import Reach
from crm.consent.models import ConsentEntry, ConsentState, Suppression, Wording
from crm.consent.services import (
    BasisNotAllowed,
    ConsentGiven,
    Source,
    WordingMissing,
    record_consents,
    suppress_address,
    withdraw_consent,
)
from crm.consent.suppression import address_hash, sql_key
from crm.people.models import Person
from crm.people.reach import delivery_permissions, left_out, reachable
from crm.people.services import ContactData, capture, refresh_people, refresh_people_from_table
from tenants.context import enter
from tenants.facts import TenantFacts

FORM = Source(kind="form", reference="form:1")
IMPORT = Source(kind="import", reference="import:7")
UNSUBSCRIBE = Source(kind="unsubscribe", reference="delivery:4")
NEWS = ConsentGiven("news", "email", granted=True, basis="consent", wording="Yes, write to me.")
DECLARED = replace(NEWS, basis="import_declared", wording="Members' file of 2025")


def person(now: datetime, email: str = "ada@example.org") -> Person:
    done = capture(contact=ContactData(email=email), kind="signed_up", source=FORM, now=now)
    return Person.objects.get(pk=done.person_id)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_consententry SET granted = NOT granted",
        "DELETE FROM consent_consententry",
        "UPDATE consent_wording SET text = 'Something else'",
        "DELETE FROM people_tagchange",
    ],
)
def test_the_database_refuses_to_change_the_ledger(tenant: TenantFacts, now: datetime, statement: str) -> None:
    contact = ContactData(email="ada@example.org", tags=("ecology",))
    capture(contact=contact, kind="signed_up", source=FORM, consents=[NEWS], now=now)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_withdrawal_is_an_entry_and_two_clicks_are_one(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)
    record_consents(person_id=ada.pk, consents=[NEWS], source=FORM, now=now)

    for _ in range(2):
        withdraw_consent(person_id=ada.pk, channel="email", source=UNSUBSCRIBE, now=now)

    assert list(ConsentEntry.objects.order_by("id").values_list("granted", flat=True)) == [True, False]
    ada.refresh_from_db()
    assert (ada.can_email, ada.email_reach) == (False, Reach.WITHDRAWN)


def test_a_file_never_overturns_a_refusal(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)
    withdraw_consent(person_id=ada.pk, channel="email", source=UNSUBSCRIBE, now=now)

    record_consents(person_id=ada.pk, consents=[DECLARED], source=IMPORT, now=now + timedelta(days=1))

    assert ConsentEntry.objects.count() == 1
    assert not ConsentState.objects.get().granted


@pytest.mark.parametrize("in_bulk", [False, True])
def test_a_file_never_takes_the_place_of_what_she_agreed_to_herself(
    tenant: TenantFacts, now: datetime, *, in_bulk: bool
) -> None:
    ada = person(now)
    record_consents(person_id=ada.pk, consents=[NEWS], source=FORM, now=now)

    if in_bulk:
        fill([(ada.pk, "news", "email", True, "import_declared", "File of 2025")])
        with connection.cursor() as cursor:
            assert record_consents_from_table(cursor, "told", IMPORT, now + timedelta(days=1)) == 0
    else:
        record_consents(person_id=ada.pk, consents=[DECLARED], source=IMPORT, now=now + timedelta(days=1))

    state = ConsentState.objects.select_related("entry__wording").get()
    assert (state.basis, state.entry.source_kind, state.entry.wording.text) == ("consent", "form", "Yes, write to me.")


def test_the_same_file_twice_adds_nothing(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)

    for _ in range(2):
        record_consents(person_id=ada.pk, consents=[DECLARED], source=IMPORT, now=now)

    assert ConsentEntry.objects.count() == 1


def test_a_consent_needs_the_sentence_that_was_agreed_to(tenant: TenantFacts, now: datetime) -> None:
    with pytest.raises(WordingMissing):
        record_consents(person_id=person(now).pk, consents=[replace(NEWS, wording=" ")], source=FORM, now=now)


def test_a_candidate_may_not_rest_on_regular_contact(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)
    enter(replace(tenant, kind="candidate"))

    with pytest.raises(BasisNotAllowed):
        record_consents(person_id=ada.pk, consents=[replace(NEWS, basis="regular_contact")], source=FORM, now=now)


def test_a_party_may(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)

    record_consents(person_id=ada.pk, consents=[replace(NEWS, basis="regular_contact")], source=FORM, now=now)

    assert delivery_permissions([ada.pk], "email", "news")[ada.pk].basis == "regular_contact"


def test_wordings_are_kept_once(tenant: TenantFacts, now: datetime) -> None:
    for email in ("ada@example.org", "boris@example.org"):
        record_consents(person_id=person(now, email).pk, consents=[NEWS], source=FORM, now=now)

    assert Wording.objects.count() == 1


def test_the_database_makes_the_same_hash(tenant: TenantFacts) -> None:
    key = sql_key()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sha256(%s::bytea || sha256(%s::bytea || convert_to(%s, 'UTF8')))",
            [key.outer, key.inner, "ada@example.org"],
        )
        assert bytes(cursor.fetchone()[0]) == address_hash("ada@example.org")


def test_two_campaigns_keep_different_hashes(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    mine = address_hash("ada@example.org")
    enter(other_tenant)

    assert address_hash("ada@example.org") != mine


def test_an_objection_stops_everything_and_keeps_no_address(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)
    record_consents(person_id=ada.pk, consents=[NEWS], source=FORM, now=now)

    suppress_address(channel="email", address="Ada@Example.org", reason="asked", now=now)

    ada.refresh_from_db()
    assert ada.email_reach == Reach.SUPPRESSED
    assert b"example" not in bytes(Suppression.objects.get().address_hash)
    assert delivery_permissions([ada.pk], "email", "news")[ada.pk].reason == "suppressed"


def test_reasons_add_up(tenant: TenantFacts, now: datetime) -> None:
    people = [person(now, f"p{number}@example.org") for number in range(5)]
    record_consents(person_id=people[0].pk, consents=[NEWS], source=FORM, now=now)
    record_consents(person_id=people[1].pk, consents=[NEWS], source=FORM, now=now)
    withdraw_consent(person_id=people[1].pk, channel="email", source=UNSUBSCRIBE, now=now)
    capture(contact=ContactData(last_name="Faure"), kind="signed_up", source=FORM, now=now)

    everyone = Person.objects.alive()
    reasons = {one.reason: one.count for one in left_out(everyone, "email")}

    assert reasons == {"no_consent": 3, "withdrawn": 1, "no_address": 1}
    assert everyone.count() - sum(reasons.values()) == reachable(everyone, "email").count() == 1


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["news", "event"]),
        st.sampled_from(["email", "sms"]),
        st.booleans(),
        st.sampled_from(["consent", "import_declared"]),
        st.sampled_from([FORM, IMPORT, UNSUBSCRIBE]),
        st.booleans(),
    ),
    max_size=12,
)


def fill(rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS told")
        cursor.execute(
            "CREATE TEMP TABLE told (person_id bigint, purpose text, channel text, granted boolean, basis text, wording text, given_on date)"
            " ON COMMIT DROP"
        )
        cursor.executemany("INSERT INTO told VALUES (%s, %s, %s, %s, %s, %s)", rows)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_ledger_replayed_is_what_stands(tenant: TenantFacts, now: datetime, acts: list[Any]) -> None:
    sid = transaction.savepoint()
    ada = person(now)
    for at, (purpose, channel, granted, basis, source, in_bulk) in enumerate(acts):
        when = now + timedelta(hours=at)
        if in_bulk:
            fill([(ada.pk, purpose, channel, granted, basis, "Words")])
            with connection.cursor() as cursor:
                record_consents_from_table(cursor, "told", source, when)
        else:
            consent = ConsentGiven(purpose, channel, granted=granted, basis=basis, wording="Words")
            record_consents(person_id=ada.pk, consents=[consent], source=source, now=when)

    replayed = {
        (entry.purpose, entry.channel): (entry.granted, entry.basis, entry.id)
        for entry in ConsentEntry.objects.filter(person=ada).order_by("id")
    }
    stands = {
        (state.purpose, state.channel): (state.granted, state.basis, state.entry_id)
        for state in ConsentState.objects.filter(person=ada)
    }
    assert stands == replayed
    transaction.savepoint_rollback(sid)


def test_a_hundred_people_are_recorded_like_one(tenant: TenantFacts, now: datetime) -> None:
    people = [person(now, f"p{number}@example.org").pk for number in range(100)]
    withdraw_consent(person_id=people[0], channel="email", source=UNSUBSCRIBE, now=now)
    fill([(pk, "news", "email", True, "import_declared", "File of 2025") for pk in people])

    with connection.cursor() as cursor:
        lines = record_consents_from_table(cursor, "told", IMPORT, now)
        again = record_consents_from_table(cursor, "told", IMPORT, now)
        refresh_people_from_table(cursor, "told")

    assert (lines, again) == (99, 0)
    assert reachable(Person.objects.alive(), "email").count() == 99


def test_refreshing_twice_changes_nothing(tenant: TenantFacts, now: datetime) -> None:
    ada = person(now)
    before = Person.objects.values().get(pk=ada.pk)

    refresh_people([ada.pk])

    assert Person.objects.values().get(pk=ada.pk) == before
