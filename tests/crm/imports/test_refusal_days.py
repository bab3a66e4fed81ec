"""The day on which somebody unsubscribed elsewhere is the day of her refusal here, where the file tells it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from crm.consent.entries import ConsentGiven, Source
from crm.consent.models import ConsentEntry, ConsentState
from crm.imports.mapping import guess_mapping
from crm.imports.normalizing import Normalizer, Options
from crm.imports.services import ask_undo
from crm.imports.undoing import undo_import
from crm.people.merging import merge_people
from crm.people.models import Person
from crm.people.parting import part_people
from crm.people.profile import agreements_of
from crm.people.services import ContactData, capture
from crm.people.timeline import timeline
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, remarks

# As NationBuilder exports them, with the hour.
HEADER = b"nationbuilder_id,email,mobile_number,email_opt_in,mobile_opt_in,do_not_contact,created_at,unsubscribed_at\n"
ADA = b"1,ada@example.org,0601020304,false,true,false,2021-07-08T00:31:00Z,2023-05-04T10:00:00+02:00\n"
BOB = b"2,bob@example.org,,false,,true,,2022-01-02T10:00:00+02:00\n"
CLO = b"3,clo@example.org,,false,,false,2020-02-03T10:00:00Z,\n"
DAN = b"4,dan@example.org,,true,,false,2019-02-03T10:00:00Z,\n"
ROWS = HEADER + ADA + BOB + CLO + DAN
Line = tuple[str, str, bool, date | None]


def ledger(**where: object) -> list[Line]:
    entries = ConsentEntry.objects.filter(**where).order_by("person__email", "channel")
    return list(entries.values_list("person__email", "channel", "granted", "given_on"))


EXPECTED: Sequence[Line] = [
    ("ada@example.org", "email", False, date(2023, 5, 4)),
    ("ada@example.org", "sms", True, date(2021, 7, 8)),
    ("bob@example.org", "email", False, date(2022, 1, 2)),
    # That she wants to hear nothing at all is told without a day.
    *(("bob@example.org", channel, False, None) for channel in ("phone", "post", "sms")),
    ("clo@example.org", "email", False, None),
    ("dan@example.org", "email", True, date(2019, 2, 3)),
]


@pytest.mark.parametrize("are_known", [False, True])
def test_a_refusal_of_mails_keeps_its_own_day(tenant: TenantFacts, now: datetime, *, are_known: bool) -> None:
    if are_known:
        known = b"".join(b"%b@example.org\n" % name for name in (b"ada", b"bob", b"clo", b"dan"))
        imported("a.csv", now, content=b"email\n" + known)
    imported("nb.csv", now, content=ROWS)
    assert ledger() == EXPECTED
    assert set(ConsentEntry.objects.values_list("at", flat=True)) == {now}


def test_the_day_that_is_declared_for_agreements_is_none_of_refusals(tenant: TenantFacts, now: datetime) -> None:
    imported("nb.csv", now, content=ROWS, consent_on=date(2018, 1, 1))
    assert ledger(granted=False) == [line for line in EXPECTED if not line[2]]
    assert {line[3] for line in ledger(granted=True)} == {date(2018, 1, 1)}


def test_who_agreed_here_and_unsubscribed_there_refuses_since_then(tenant: TenantFacts, now: datetime) -> None:
    given = ConsentGiven("news", "email", granted=True, basis="consent", wording="Je veux des nouvelles.")
    told = ContactData(email="ada@example.org")
    capture(contact=told, kind="signed_up", source=Source("form", "form:1"), consents=[given], now=now)
    run = imported("nb.csv", now + timedelta(hours=1), content=HEADER + ADA)
    assert ledger(granted=False) == [EXPECTED[0]]

    ask_undo(import_id=run.pk, now=now)
    undo_import(import_id=run.pk, clock=lambda: now)
    state = ConsentState.objects.select_related("entry").get()
    assert (state.channel, state.granted, state.entry.given_on) == ("email", False, date(2023, 5, 4))  # a no stays


def test_the_ledger_outlives_whom_an_undone_import_brought(tenant: TenantFacts, now: datetime) -> None:
    run = imported("nb.csv", now, content=ROWS)
    ask_undo(import_id=run.pk, now=now)
    undo_import(import_id=run.pk, clock=lambda: now)
    assert not Person.objects.exists()
    kept = ConsentEntry.objects.filter(granted=False).exclude(given_on=None).order_by("given_on")
    assert list(kept.values_list("given_on", flat=True)) == [date(2022, 1, 2), date(2023, 5, 4)]


def test_the_same_file_again_and_one_that_knows_the_day_later_change_nothing(
    tenant: TenantFacts, now: datetime
) -> None:
    imported("nb.csv", now, content=ROWS)
    later = ROWS.replace(CLO, CLO[:-1] + b"2024-01-01\n")
    for days, content in ((1, ROWS), (2, later)):
        run = imported("nb.csv", now + timedelta(days=days), content=content)
        assert (counts(run), ledger()) == ({"read": 4, "unchanged": 4}, EXPECTED)


def test_of_two_lines_and_of_two_columns_the_earliest_day_counts(tenant: TenantFacts, now: datetime) -> None:
    content = (
        "email,désinscrit le,date de désinscription\nada@example.org,04/05/2023,03/05/2023\n"
        "ada@example.org,02/05/2023,\nbob@example.org,,05/05/2023\n"
    )
    imported("fichier.csv", now, content=content.encode())
    assert dict(ConsentEntry.objects.values_list("person__email", "given_on")) == {
        "ada@example.org": date(2023, 5, 2),
        "bob@example.org": date(2023, 5, 5),
    }


@pytest.mark.parametrize(
    ("cell", "refuses", "day"),
    [
        ("oui", True, None), ("non", False, None), ("", False, None), ("2023", True, None), ("par téléphone", True, None),
        ("24/12/2030", True, None), ("4 mai 2023", True, date(2023, 5, 4)), ("04/05/2023 09:10", True, date(2023, 5, 4)), ("04/05/23", True, date(2023, 5, 4)),
    ],
)  # fmt: skip
def test_what_is_no_day_is_a_refusal_all_the_same(
    tenant: TenantFacts, now: datetime, cell: str, *, refuses: bool, day: date | None
) -> None:
    run = imported("fichier.csv", now, content=f"email,désinscription\nada@example.org,{cell}\n".encode())
    assert ledger() == ([("ada@example.org", "email", False, day)] if refuses else [])
    assert remarks(run) == []


def test_without_another_date_these_days_show_their_order(tenant: TenantFacts, now: datetime) -> None:
    """Mailchimp's, written the American way: only the second row proves it."""
    content = b"Email Address,UNSUB_TIME\na@example.org,05/04/2023 10:00\nb@example.org,12/31/2022 10:00\n"
    imported("unsubscribed.csv", now, content=content)
    assert [line[3] for line in ledger()] == [date(2023, 5, 4), date(2022, 12, 31)]


def test_the_day_that_somebody_died_is_no_day_of_a_refusal(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=b"email\nada@example.org\n")
    imported("b.csv", now, content="email,date de décès\nada@example.org,2023-05-04\n".encode())
    assert {(granted, day) for _, _, granted, day in ledger()} == {(False, None)}


@pytest.mark.parametrize(
    "name",
    ["unsubscribed_at", "UNSUB_TIME", "Unsubscribed on", "unsubscribe_date", "opted_out_at", "opt-out date", "désabonnée le", "date de désabonnement"],
)  # fmt: skip
def test_columns_by_these_names_tell_it(name: str) -> None:
    assert guess_mapping(["email", name], [["a@b.fr", "2023-05-04"]])[1].target == "unsubscribed_at"


def test_her_page_and_her_story_say_since_when_she_refuses(tenant: TenantFacts, now: datetime) -> None:
    imported("nb.csv", now, content=HEADER + ADA)
    ada = Person.objects.get()
    by_channel = {row.channel.channel.value: row for row in agreements_of(ada)}
    assert (by_channel["email"].since, by_channel["email"].written) == (date(2023, 5, 4), now)
    told = {event.icon: event.lines for event in timeline(ada).events}
    assert told["iso-ban"] == ("Refusé le 4 mai 2023",)
    assert told["iso-badge-check"] == ("Donné le 8 juillet 2021",)


def test_whoever_is_kept_of_two_people_refuses_since_the_day_of_the_other_one(
    tenant: TenantFacts, now: datetime
) -> None:
    imported("nb.csv", now, content=HEADER + DAN + ADA)
    merged, keep = Person.objects.order_by("email")
    later, team = now + timedelta(days=1), Source("office", "duplicates")
    merge = merge_people(keep=keep, merged=merged, source=team, now=later)
    refused, agreed = agreements_of(keep)[:2]
    assert (refused.granted, refused.since, refused.written) == (False, date(2023, 5, 4), later)
    assert (agreed.granted, agreed.since, agreed.written) == (True, date(2021, 7, 8), later)

    part_people(merge=merge, source=team, now=now + timedelta(days=2))
    assert [(row.granted, row.since) for row in agreements_of(keep)][:2] == [(True, date(2019, 2, 3)), (None, None)]


def test_columns_of_yes_and_no_are_not_read_as_days(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """To look for days in a million of them would take as long as the rest of the file."""
    monkeypatch.setattr("crm.imports.normalizing.parse_dates", pytest.fail)
    table = pl.DataFrame({"line": [2, 3, 4], "c0": ["a@b.fr", "c@d.fr", "e@f.fr"], "c1": ["yes", "no", ""]})
    mapping = {"0": "email", "1": "unsubscribed_at"}
    people = Normalizer(["email", "blocklisted"], mapping, Options(now.date())).normalize(table).people
    assert people["email_ok"].to_list() == [False, None, None]
    assert people["unsubscribed_on"].to_list() == [None, None, None]
