"""The sentence that people agreed to, channel by channel: what was told for text messages is not in the ledger for e-mails."""

import html
import re
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from django.db import connection
from django.test import Client

from crm.consent.bulk import add_first_consents
from crm.consent.entries import Source
from crm.consent.models import ConsentEntry, Wording
from crm.consent.services import WordingMissing
from crm.imports.services import Origin, ask_undo, declare_origin
from crm.imports.undoing import undo_import
from crm.people.models import Person
from crm.people.profile import agreements_of
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, received
from tests.crm.imports.test_views import BUREAU, ORIGIN, upload

HEADER = b"email,tel,newsletter,accepte sms,accepte appels\n"
ADA = b"ada@example.org,0601020304,oui,oui,non\n"
BOB = b"bob@example.org,0601020305,non,oui,oui\n"
BY_MAIL, BY_SMS = "Je veux des nouvelles.", "Je veux des SMS."
SAID = {"email": BY_MAIL, "sms": BY_SMS}


def ledger(**where: object) -> list[tuple[str, str, bool, str]]:
    entries = ConsentEntry.objects.filter(**where).order_by("person__email", "channel")
    return list(entries.values_list("person__email", "channel", "granted", "wording__text"))


EXPECTED = [
    ("ada@example.org", "email", True, BY_MAIL),
    ("ada@example.org", "phone", False, ""),
    ("ada@example.org", "sms", True, BY_SMS),
    ("bob@example.org", "email", False, ""),
    ("bob@example.org", "phone", True, BY_MAIL),
    ("bob@example.org", "sms", True, BY_SMS),
]


@pytest.mark.parametrize("are_known", [False, True])
def test_each_channel_has_the_sentence_that_was_told_for_it(
    tenant: TenantFacts, now: datetime, *, are_known: bool
) -> None:
    if are_known:
        imported("a.csv", now, content=b"email\nada@example.org\nbob@example.org\n")
    imported("b.csv", now, content=HEADER + ADA + BOB, consent_wordings={"sms": BY_SMS})
    assert ledger() == EXPECTED


def test_people_of_one_chunk_share_a_number_for_each_channel_and_answer(tenant: TenantFacts, now: datetime) -> None:
    more = b"".join(ADA.replace(b"ada", b"a%d" % one).replace(b"0304", b"04%02d" % one) for one in range(10, 15))
    imported("b.csv", now, content=HEADER + ADA + BOB + more, consent_wordings={"sms": BY_SMS})
    assert ConsentEntry.objects.values("id").distinct().count() == 5
    assert ConsentEntry.objects.count() == 21


@pytest.mark.parametrize("are_known", [False, True])
def test_what_the_campaign_declares_of_everyone_has_its_own_sentence_too(
    tenant: TenantFacts, now: datetime, *, are_known: bool
) -> None:
    content = b"email,tel\nada@example.org,0601020304\n"
    if are_known:
        imported("a.csv", now, content=content)
    imported("b.csv", now, content=content, consent_channels=["email", "sms"], consent_wordings={"sms": BY_SMS})
    assert {channel: wording for _, channel, _, wording in ledger()} == SAID
    shown = {row.channel.channel.value: row.wording for row in agreements_of(Person.objects.get()) if row.granted}
    assert shown == SAID


def test_an_import_that_was_declared_before_the_upgrade_keeps_its_one_sentence(
    tenant: TenantFacts, now: datetime
) -> None:
    run = imported("a.csv", now, content=HEADER + ADA)
    assert run.consent_wordings == {}
    assert set(ledger(granted=True)) == {("ada@example.org", one, True, BY_MAIL) for one in ("email", "sms")}
    assert set(Wording.objects.values_list("text", flat=True)) == {BY_MAIL, ""}


def test_a_sentence_of_a_column_that_was_left_out_since_is_kept_nowhere(tenant: TenantFacts, now: datetime) -> None:
    content = b"email,newsletter\nada@example.org,oui\n"
    imported("a.csv", now, content=content, consent_wordings={"sms": BY_SMS})
    assert not Wording.objects.filter(text=BY_SMS).exists()


def test_the_same_file_again_changes_nothing_and_another_sentence_is_another_choice(
    tenant: TenantFacts, now: datetime
) -> None:
    first = imported("a.csv", now, content=HEADER + ADA + BOB, consent_wordings={"sms": BY_SMS})
    again = imported("b.csv", now + timedelta(days=1), content=HEADER + ADA + BOB, consent_wordings={"sms": BY_SMS})
    assert (counts(again), ledger()) == ({"read": 2, "unchanged": 2}, EXPECTED)
    other = imported("c.csv", now + timedelta(days=2), content=HEADER + ADA + BOB)
    assert (first.choices == again.choices, other.choices == first.choices) == (True, False)
    assert ledger() == EXPECTED  # what stands is not proven anew


def test_undone_nobody_has_agreed_to_anything_by_any_sentence(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=b"email\nada@example.org\n")
    run = imported("b.csv", now, content=HEADER + ADA + BOB, consent_wordings={"sms": BY_SMS})
    ask_undo(import_id=run.pk, now=now)
    undo_import(import_id=run.pk, clock=lambda: now)

    ada = Person.objects.get()
    assert [row.granted for row in agreements_of(ada) if row.granted is not None] == []
    taken_back = {("ada@example.org", one, False, "") for one in ("email", "sms", "phone")}
    assert set(ledger(person=ada, source_reference=f"import:{run.pk}:undo")) == taken_back
    assert ledger(person=ada, granted=True) == [line for line in EXPECTED if line[0] == ada.email and line[2]]


def test_new_people_without_a_sentence_for_what_they_agreed_to_are_not_written(
    tenant: TenantFacts, now: datetime
) -> None:
    answers = pl.DataFrame({"person_id": [1], "channel": ["sms"], "granted": [True], "given_on": [now.date()]})
    with connection.cursor() as cursor, pytest.raises(WordingMissing):
        add_first_consents(
            cursor,
            answers,
            purpose="news",
            basis="import_declared",
            wordings={"email": BY_MAIL, "sms": " "},
            source=Source("import", "import:1"),
            now=now,
        )
    assert not ConsentEntry.objects.exists()


# --- the step of the office -------------------------------------------------------------------------------------------
def origin(**changes: object) -> Origin:
    told = {"source_type": "former_tool", "proof": "Ancien outil", "consent_channels": ["email"], "consent_on": None}
    return Origin(**{**told, "consent_wording": BY_MAIL, "existing": "fill", "tags": [], **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "changes", "kept"),
    [
        (b"email,tel,accepte sms", {}, {"sms": BY_SMS}),
        (b"email,tel", {"consent_channels": ["email", "sms"]}, {"sms": BY_SMS}),
        (b"email,tel", {}, {}),  # no column, no word on text messages
        (b"email,tel,accepte sms", {"source_type": "rented"}, {}),  # that cannot agree to them
        (b"email,tel,accepte sms", {"consent_wordings": {"sms": f" {BY_MAIL} "}}, {}),  # the same one
        (b"email,tel,accepte sms", {"consent_wordings": {"sms": "  "}}, {}),
    ],
)
def test_only_another_sentence_of_a_channel_that_the_file_tells_of_is_kept(
    tenant: TenantFacts, now: datetime, header: bytes, changes: dict[str, object], kept: dict[str, str]
) -> None:
    row = b",".join([b"ada@example.org", b"0601020304", b"oui"][: header.count(b",") + 1])
    draft = received("a.csv", now, header + b"\n" + row + b"\n")
    told = origin(**{"consent_wordings": {"sms": BY_SMS, "post": ""}, **changes})
    assert declare_origin(import_id=draft.pk, origin=told).consent_wordings == kept


def test_the_sentences_go_from_the_step_to_the_report(
    office: Client, run_tasks: None, django_capture_on_commit_callbacks: Any
) -> None:
    run = upload(office, "a.csv", HEADER + ADA)
    page = office.get(f"{BUREAU}{run.pk}/origine/").content.decode()
    # The file has columns of both: their fields are there from the start. The one for letters waits for its box.
    assert re.findall(r'<div class="(.*?)" data-canal="(\w+)">', page) == [
        ("", "sms"), ("", "phone"), ("iso-si-coche", "post")
    ]  # fmt: skip
    answer = office.post(f"{BUREAU}{run.pk}/origine/", {**ORIGIN, "wording-sms": BY_SMS, "wording-phone": "x" * 1001})
    assert list(answer.context["form"].errors) == ["wording-phone"]
    office.post(f"{BUREAU}{run.pk}/origine/", {**ORIGIN, "wording-sms": BY_SMS, "wording-post": "Par lettre."})
    assert BY_SMS in office.get(f"{BUREAU}{run.pk}/origine/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        office.post(f"{BUREAU}{run.pk}/verification/")

    report = html.unescape(office.get(f"{BUREAU}{run.pk}/").content.decode())
    assert f"<dt>Accord</dt><dd>{BY_MAIL}</dd><dt>Pour les SMS</dt><dd>{BY_SMS}</dd>" in report
    assert "Par lettre." not in report
    assert {channel: wording for _, channel, granted, wording in ledger() if granted} == SAID


def test_a_field_of_a_further_channel_waits_for_a_second_one(office: Client) -> None:
    """The style sheet hides it until then; without it, or with an old browser, all are there and optional."""
    run = upload(office, "b.csv", b"email,tel,accepte sms\nada@example.org,0601020304,oui\n")
    page = office.get(f"{BUREAU}{run.pk}/origine/").content.decode()
    assert re.findall(r'<div class="(.*?)" data-canal="(\w+)">', page) == [
        (" iso-si-autre", "sms"), ("iso-si-coche", "phone"), ("iso-si-coche", "post")
    ]  # fmt: skip
