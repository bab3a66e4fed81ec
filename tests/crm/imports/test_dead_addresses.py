"""Addresses that the file itself calls dead: never the one to use where another works, also of people who are known, and given back."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from crm.consent.enums import Reach
from crm.imports.differences import shown_differences
from crm.imports.models import Import, UpdatedPerson
from crm.imports.trying import ask_trial, try_import
from crm.people.editing import mark_address
from crm.people.models import EmailAddress, Person, PhoneNumber
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, received, state_of_everything
from tests.crm.imports.test_undoing import undone

TWO = "email1,email1_is_bad,email2,email2_is_bad,email1_opt_in\n"
AGREED: dict[str, Any] = {"consent_channels": ["email", "sms", "phone"]}
PHONES = "email,phone_number,mobile_number,is_mobile_bad,mobile_opt_in\n"


def emails() -> list[tuple[str, str]]:
    rows = EmailAddress.objects.order_by("person_id", "rank")
    return [(address.split("@")[0], status) for address, status in rows.values_list("address", "status")]


def numbers() -> list[tuple[str, str]]:
    return list(PhoneNumber.objects.order_by("person_id", "rank").values_list("number", "status"))


def told_of(run: Import) -> dict[str, Any]:
    everything = state_of_everything(run)
    return {name: everything[name] for name in ("people", "emails", "phones", "states")}


# --- people who are new -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("flags", "first", "reach"),
    [
        ((True, False), "b", Reach.REACHABLE), ((False, True), "a", Reach.REACHABLE), ((False, False), "a", Reach.REACHABLE),
        ((True, True), "a", Reach.BAD_ADDRESS),
    ],
)  # fmt: skip
def test_whoever_is_new_is_reached_by_the_one_that_works(
    tenant: TenantFacts, now: datetime, flags: tuple[bool, bool], first: str, reach: Reach
) -> None:
    imported("a.csv", now, f"{TWO}a@example.org,{flags[0]},b@example.org,{flags[1]},oui\n".encode(), **AGREED)

    person = Person.objects.get()
    assert (person.email, person.email_reach) == (f"{first}@example.org", reach)
    assert emails()[0][0] == first
    assert dict(emails()) == {name: "bad" if bad else "unknown" for name, bad in zip("ab", flags, strict=True)}


def test_each_keeps_the_order_of_those_that_work(tenant: TenantFacts, now: datetime) -> None:
    rows = "e@example.org,true,d@example.org c@example.org,false,oui\nf@example.org,,g@example.org,true,oui\n,,h@example.org i@example.org,,\n"
    imported("a.csv", now, (TWO + rows).encode())

    found = EmailAddress.objects.order_by("person_id", "-is_primary", "id").values_list("address", flat=True)
    assert [address[0] for address in found] == ["d", "c", "e", "f", "g", "h", "i"]


def test_a_line_that_follows_tells_of_the_first_one(tenant: TenantFacts, now: datetime) -> None:
    rows = "a@example.org,,b@example.org,,oui\na@example.org,true,,,\n"
    imported("a.csv", now, (TWO + rows).encode(), **AGREED)

    assert (emails(), Person.objects.get().email) == ([("b", "unknown"), ("a", "bad")], "b@example.org")


def test_a_landline_comes_before_a_mobile_that_is_dead(tenant: TenantFacts, now: datetime) -> None:
    rows = "ada@example.org,,0612345678,true,\nboris@example.org,0298765432,0612345679,true,\nchloe@example.org,0298765433,0612345680,false,\n"
    mapping = {"0": "email", "1": "phone", "2": "phone", "3": "phone_bad"}
    imported("a.csv", now, (PHONES + rows).encode(), mapping=mapping)
    imported("b.csv", now, b"email,tel,mobile_number,is_mobile_bad\ndan@example.org,0612345681,0298765434,true\n", mapping=mapping)  # fmt: skip

    assert list(Person.objects.order_by("email").values_list("phone", flat=True)) == [
        "+33612345678", "+33298765432", "+33298765433", "+33298765434",
    ]  # fmt: skip
    assert set(PhoneNumber.objects.filter(status="bad").values_list("number", flat=True)) == {
        "+33612345678", "+33612345679", "+33612345681",
    }  # fmt: skip


# --- people who are known -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("existing", ["fill", "replace"])
def test_the_first_that_works_takes_the_place_of_one_that_is_dead(
    tenant: TenantFacts, now: datetime, existing: str
) -> None:
    avant = imported("avant.csv", now, (TWO + "a@example.org,,b@example.org,,oui\nc@example.org,,,,oui\n").encode(), **AGREED)  # fmt: skip
    before = told_of(avant)
    rows = "a@example.org,true,,,\nc@example.org,true,,,\n"
    run = imported("apres.csv", now, (TWO + rows).encode(), existing=existing)

    assert counts(run) == {"read": 2, "updated": 2}
    ada, chloe = Person.objects.order_by("pk")
    assert (ada.email, ada.email_reach, ada.can_email) == ("b@example.org", Reach.REACHABLE, True)
    assert (chloe.email, chloe.email_reach, chloe.can_email) == ("c@example.org", Reach.BAD_ADDRESS, False)
    assert emails() == [("b", "unknown"), ("a", "bad"), ("c", "bad")]

    undone(run, now)

    assert told_of(avant) == before
    assert Person.objects.order_by("pk")[0].email == "a@example.org"


def test_an_address_that_works_and_is_new_to_her_comes_first(tenant: TenantFacts, now: datetime) -> None:
    avant = imported("avant.csv", now, (TWO + "a@example.org,,,,oui\n").encode(), **AGREED)
    before = told_of(avant)
    run = imported("apres.csv", now, (TWO + "a@example.org,true,z@example.org,,\n").encode())
    assert (Person.objects.get().email, emails()) == ("z@example.org", [("z", "unknown"), ("a", "bad")])

    undone(run, now)

    assert told_of(avant) == before


def test_a_file_does_not_put_first_what_it_calls_dead(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, (TWO + "a@example.org,,b@example.org,,oui\n").encode())
    imported("apres.csv", now, (TWO + "b@example.org,true,a@example.org,,\n").encode(), existing="replace")
    assert (Person.objects.get().email, emails()) == ("a@example.org", [("a", "unknown"), ("b", "bad")])


def test_whom_a_file_says_nothing_new_of_keeps_her_first_one(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, (TWO + "a@example.org,,b@example.org,,oui\n").encode())
    EmailAddress.objects.filter(address="a@example.org").update(status="bad", status_reason="550")
    run = imported("apres.csv", now, b"email,prenom\na@example.org,\n")
    assert (run.unchanged, emails()) == (1, [("a", "bad"), ("b", "unknown")])


# --- phones that no longer work ------------------------------------------------------------------------------------------
MOBILES = "email,phone_number,mobile_number,is_mobile_bad\n"
MAPPING = {"0": "email", "1": "phone", "2": "phone", "3": "phone_bad"}


def test_a_number_that_is_known_is_flagged(tenant: TenantFacts, now: datetime) -> None:
    rows = (
        "ada@example.org,,0612345678,{0}\nboris@example.org,0298765432,0612345679,{0}\nchloe@example.org,,0612345680,\n"
    )
    avant = imported("avant.csv", now, (MOBILES + rows.format("")).encode(), mapping=MAPPING)
    PhoneNumber.objects.filter(number="+33612345679").update(status="ok")
    before = told_of(avant)

    run = imported("apres.csv", now, (MOBILES + rows.format("oui")).encode(), mapping=MAPPING)

    # What somebody else learnt of a number is not the file's to say; a landline is not meant.
    assert numbers() == [("+33612345678", "bad"), ("+33298765432", "unknown"), ("+33612345679", "ok"), ("+33612345680", "unknown")]  # fmt: skip
    ada = Person.objects.get(email="ada@example.org")
    assert (counts(run)["updated"], ada.sms_reach, ada.call_reach) == (1, Reach.BAD_ADDRESS, Reach.BAD_ADDRESS)
    assert UpdatedPerson.objects.filter(import_run=run).get().person == ada
    again = imported("encore.csv", now + timedelta(days=1), (MOBILES + rows.format("1")).encode(), mapping=MAPPING)
    assert counts(again) == {"read": 3, "unchanged": 3}

    undone(run, now)

    assert told_of(avant) == before


def test_a_dead_number_makes_room_for_one_that_works(tenant: TenantFacts, now: datetime) -> None:
    avant = imported("avant.csv", now, (MOBILES + "ada@example.org,0612345678,0298765432,\n").encode(), mapping=MAPPING)
    before = told_of(avant)
    run = imported("apres.csv", now, (MOBILES + "ada@example.org,,0612345678,oui\n").encode(), mapping=MAPPING)
    assert (Person.objects.get().phone, numbers()) == ("+33298765432", [("+33298765432", "unknown"), ("+33612345678", "bad")])  # fmt: skip

    undone(run, now)

    assert told_of(avant) == before


def test_a_bounce_since_outlives_the_undoing(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, (TWO + "a@example.org,,,,oui\n").encode())
    run = imported("apres.csv", now, (TWO + "a@example.org,true,,,\n").encode())
    mark_address(channel="email", address="a@example.org", status="bad", reason="550", now=now)
    undone(run, now)
    assert emails() == [("a", "bad")]


def test_the_dry_run_tells_of_numbers_that_no_longer_work(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, (MOBILES + "ada@example.org,,0612345678,\n").encode(), mapping=MAPPING)
    run = received("apres.csv", now, (MOBILES + "ada@example.org,,0612345678,oui\n").encode())
    run.source_type, run.mapping = "former_tool", MAPPING
    run.save()
    ask_trial(import_id=run.pk, now=now)
    try_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert [(one.label, one.count) for one in shown_differences(run.trial["columns"])] == [
        ("Téléphone hors service", 1)
    ]
    assert numbers() == [("+33612345678", "unknown")]
