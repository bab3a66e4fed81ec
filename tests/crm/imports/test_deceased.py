"""People who have died: nobody new is taken up, and whoever is known hears nothing more."""

from datetime import datetime

import pytest

from crm.consent.entries import Source
from crm.consent.models import ConsentEntry, ConsentState
from crm.imports import services
from crm.imports.mapping import as_mapping, guess_mapping
from crm.imports.rejected import rejected_lines
from crm.imports.trying import ask_trial, try_import
from crm.imports.undoing import undo_import
from crm.people.models import Person
from crm.people.services import ContactData, capture
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, queued, remarks

HEADER = "nationbuilder_id,first_name,last_name,email,email_opt_in,mobile_number,mobile_opt_in,is_deceased"
ADA = "1,Ada,Roche,ada@example.org,true,0612345678,true,"


def file(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines]).encode()


def open_channels(email: str) -> set[str]:
    states = ConsentState.objects.filter(person__email=email, granted=True)
    return set(states.values_list("channel", flat=True))


def test_the_column_is_known_by_its_name() -> None:
    assert as_mapping(guess_mapping(["email", "is_deceased"], [["a@example.org", ""]]))["1"] == "deceased"
    assert as_mapping(guess_mapping(["email", "Décédé(e)"], [["a@example.org", "oui"]]))["1"] == "deceased"


@pytest.mark.parametrize("word", ["true", "Y", "12/05/2023", "2023", "décédée", "†"])
def test_nobody_new_who_has_died_is_taken_up(tenant: TenantFacts, now: datetime, word: str) -> None:
    run = imported("morts.csv", now, file(ADA + "false", f"2,Zoé,Morte,zoe@example.org,true,,,{word}"))
    assert counts(run) == {"read": 2, "created": 1, "rejected": 1}
    assert remarks(run) == [(3, "rejected", "deceased", "Zoé Morte")]
    [_header, row] = "".join(rejected_lines(run)).splitlines()
    assert row.startswith("2,Zoé,Morte,zoe@example.org,true,")
    assert open_channels("ada@example.org") == {"email", "sms"}
    assert not Person.objects.filter(email="zoe@example.org").exists()


@pytest.mark.usefixtures("_small_chunks")
def test_one_line_of_several_about_somebody_new_is_enough(tenant: TenantFacts, now: datetime) -> None:
    others = [f"{number},P,Petit{number},p{number}@example.org,true,,," for number in range(10, 14)]
    run = imported("morts.csv", now, file(ADA, *others, ADA + "true"))
    assert counts(run) == {"read": 6, "created": 4, "rejected": 2}
    assert [(line, kind) for line, _level, kind, _value in remarks(run)] == [(2, "deceased"), (7, "deceased")]
    [_header, *rows] = "".join(rejected_lines(run)).splitlines()
    assert [row.split(",")[:3] for row in rows] == [["1", "Ada", "Roche"]] * 2


def test_whoever_is_known_is_closed_for_every_channel(tenant: TenantFacts, now: datetime) -> None:
    source = Source("form", "form:1")
    capture(contact=ContactData(email="ada@example.org", last_name="Roche"), kind="signed_up", source=source, now=now)
    imported("vivants.csv", now, file(ADA))
    assert open_channels("ada@example.org") == {"email", "sms"}
    run = imported("morts.csv", now, file(ADA + "true"))
    assert counts(run) == {"read": 1, "updated": 1}
    assert remarks(run)[0][1:3] == ("warning", "has_died")
    assert open_channels("ada@example.org") == set()
    told = ConsentEntry.objects.filter(granted=False, source_reference=f"import:{run.pk}")
    assert set(told.values_list("channel", flat=True)) == {"email", "sms", "phone", "post"}
    again = imported("morts.csv", now, file(ADA + "true"))
    assert counts(again) == {"read": 1, "unchanged": 1}
    for one, channels in ((again, set[str]()), (run, {"email", "sms"})):  # the first file that said so said so last
        services.ask_undo(import_id=one.pk, now=now)
        undo_import(import_id=one.pk, clock=lambda: now)
        assert open_channels("ada@example.org") == channels


def test_a_dry_run_says_the_same(tenant: TenantFacts, now: datetime) -> None:
    run = queued("morts.csv", now, file(ADA, "2,Zoé,Morte,zoe@example.org,true,,,true"), state="draft")
    ask_trial(import_id=run.pk, now=now)
    try_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert run.trial["counts"]["created"] == 1
    assert run.trial["kinds"] == {"rejected:deceased": 1}
