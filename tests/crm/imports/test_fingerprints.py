"""A file that comes again: what was read before is not looked at, and the result is as if it had been."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import polars as pl
import pytest
from django.conf import settings
from django.db import transaction

from crm.consent.entries import Source
from crm.consent.services import withdraw_consent
from crm.fields.enums import FieldKind
from crm.fields.services import make_field
from crm.imports import chunks, reading
from crm.imports.models import Import, ImportBatch
from crm.imports.normalizing import Normalized, Normalizer
from crm.imports.running import run_import
from crm.imports.sifting import Sieve
from crm.imports.undoing import undo_import
from crm.imports.watching import purge_import
from crm.people.contact_points import parse_phone
from crm.people.editing import ContactChanges, edit_person
from crm.people.entries import ContactData
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import EmailAddress, Person, Tag
from crm.people.services import capture
from crm.people.tag_keeping import delete_tag
from crm.people.tagging import remove_tags
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported, queued, state_of_everything

HEADER = "nationbuilder_id,email,prenom,nom,portable,adresse,code postal,ville,tags,note,accepte les emails"
ROWS = {
    "ada": "1,ada@example.org,Ada,Roche,0612345601,1 rue de Rome,13001,Marseille,climat,Bonjour,oui",
    "bob": "2,bob@example.org,Bob,Petit,0612345602,2 rue de Rome,13002,Marseille,,,oui",
    "ada again": "1,ada.roche@example.org,Adèle,,0612345611,9 rue Paradis,13006,Marseille,logement,,",
    "cleo, with a number that is none": "3,cleo@example.org,Cléo,Vidal,12,,,,climat,,non",
    "bob, the same line": "2,bob@example.org,Bob,Petit,0612345602,2 rue de Rome,13002,Marseille,,,oui",
    "nobody": "4,,Sans,Adresse,,,,,,,",
    "dan": "5,dan@example.org,Dan,Leroy,,5 rue de Rome,13005,Marseille,climat,Appeler le soir,oui",
    "eve, twice with a remark": "6,eve@example.org,Eve,Roux,99,,,,,,oui",
    "eve, the second": "6,eve.roux@example.org,Eve,Roux,0612345606,,,,,,oui",
    "ada, far below and with a remark": "1,ada@example.org,Ada,Roche,98,,,,,,",
}
OFFICE = Source(kind="office", reference="person")


def file(rows: dict[str, str]) -> bytes:
    return "\n".join([HEADER, *rows.values(), ""]).encode()


def person(name: str) -> Person:
    return Person.objects.get(emails__address=f"{name}@example.org")


def test_a_row_keeps_its_print_from_one_version_to_the_next(tenant: TenantFacts) -> None:
    purpose = f"crm.imports.fingerprints:{tenant.uuid}"
    key = hmac.new(settings.LASTING_KEY.encode(), purpose.encode(), hashlib.sha256).digest()
    table = pl.DataFrame({"line": [2, 3], "c0": ["Ada", "é" * 300], "c1": ["x", "y"], "c2": ["1", ""]})
    told = ["Ada\x1f1\x1fAda", "é" * 300 + "\x1f\x1f" + "é" * 300]
    prints = [hashlib.blake2b(row.encode(), digest_size=8, key=key).digest() for row in told]
    assert Sieve([0, 2]).sift(table)["print"].to_list() == [
        int.from_bytes(one, "little", signed=True) for one in prints
    ]


# --- what happens in between ------------------------------------------------------------------------------------------
def nothing(now: datetime) -> None:
    pass


def somebody_changes_a_name(now: datetime) -> None:
    edit_person(person=person("ada"), values={"first_name": "Augusta", "occupation": "Maçonne"}, contacts=ContactChanges(), source=OFFICE, reason="", now=now)  # fmt: skip


def somebody_removes_an_email(now: datetime) -> None:
    second = EmailAddress.objects.get(address="ada.roche@example.org")
    edit_person(person=person("ada"), values={}, contacts=ContactChanges(removed={"emails": [second.id]}), source=OFFICE, reason="", now=now)  # fmt: skip


def somebody_adds_a_phone(now: datetime) -> None:
    edit_person(person=person("dan"), values={}, contacts=ContactChanges(phone=parse_phone("0612345677")), source=OFFICE, reason="", now=now)  # fmt: skip


def she_moves_house(now: datetime) -> None:
    contact = ContactData(email="dan@example.org", street="8 quai des Belges", postcode="13001", city="Marseille")
    capture(contact=contact, kind="signed_up", source=Source(kind="form", reference="site"), consents=(), payload={}, key="", now=now)  # fmt: skip


def a_tag_is_taken_away(now: datetime) -> None:
    remove_tags(person_ids=[person("dan").pk], tags=["climat"], source=OFFICE, now=now)


def a_tag_is_deleted(now: datetime) -> None:
    delete_tag(tag=Tag.objects.get(name="climat"), source=OFFICE, now=now)


def two_are_merged(now: datetime) -> None:
    merge_people(keep=person("ada"), merged=person("dan"), source=OFFICE, now=now)


def somebody_is_erased(now: datetime) -> None:
    erase_person(person_id=person("bob").pk, now=now)


def she_wants_no_more_mail(now: datetime) -> None:
    withdraw_consent(person_id=person("dan").pk, channel="email", source=Source(kind="form", reference="mail"), now=now)


def another_file_says_otherwise(now: datetime) -> None:
    imported("autre.csv", now, b"email,prenom\ndan@example.org,Daniel\n", existing="replace")


def another_file_is_undone(now: datetime) -> None:
    run = imported("autre.csv", now, b"email,prenom\ndan@example.org,Daniel\n", existing="replace")
    Import.objects.filter(pk=run.pk).update(state="undoing")
    undo_import(import_id=run.pk, clock=lambda: now)


EVENTS = [
    nothing, somebody_changes_a_name, somebody_removes_an_email, somebody_adds_a_phone, she_moves_house, a_tag_is_taken_away, a_tag_is_deleted,
    two_are_merged, somebody_is_erased, she_wants_no_more_mail, another_file_says_otherwise, another_file_is_undone,
]  # fmt: skip


# --- what the file says the second time -------------------------------------------------------------------------------
def without(*names: str) -> dict[str, str]:
    return {name: row for name, row in ROWS.items() if name not in names}


def in_another_order() -> dict[str, str]:
    return {name: ROWS[name] for name in ("ada again", "dan", "ada", *without("ada again", "dan", "ada"))}


NEXT_FILES = {
    "the same": ROWS,
    "a row changed": ROWS | {"dan": ROWS["dan"].replace("climat", "climat;emploi")},
    "the first of two rows gone": without("ada"),
    "the second of two rows gone": without("ada again"),
    "one of two equal rows gone": without("bob, the same line"),
    "rows in another order": in_another_order(),
    "a third row about her": ROWS
    | {"more": "1,ada@example.org,Adé,Rochas,,7 rue Breteuil,13006,Marseille,europe,,non"},
    "a new number, her e-mail": ROWS | {"more": "77,dan@example.org,Daniel,Leroi,0612345655,,,,europe,,"},
    "one row more that is equal": ROWS | {"more": ROWS["dan"]},
    "somebody new": ROWS | {"more": "8,flo@example.org,Flo,Morel,,,,,,,oui"},
}


def second_import(now: datetime, event: Callable[[datetime], None], rows: dict[str, str], existing: str, *, knows: bool) -> dict[str, Any]:  # fmt: skip
    imported("fichier.csv", now, file(ROWS), existing=existing)
    event(now + timedelta(days=1))
    if not knows:
        ImportBatch.objects.update(fingerprints=None)
    return state_of_everything(imported("fichier.csv", now + timedelta(days=2), file(rows), existing=existing))


def compared(now: datetime, **story: Any) -> None:
    """The same story twice from the same beginning: once with what was kept, once without."""
    results = []
    for knows in (True, False):
        beginning = transaction.savepoint()
        results.append(second_import(now, **story, knows=knows))
        transaction.savepoint_rollback(beginning)
    assert results[0] == results[1]


@pytest.mark.parametrize("existing", ["fill", "replace"])
@pytest.mark.parametrize("event", EVENTS)
def test_whatever_happened_in_between(
    tenant: TenantFacts, now: datetime, event: Callable[[datetime], None], existing: str
) -> None:
    compared(now, event=event, rows=ROWS, existing=existing)


@pytest.mark.parametrize("existing", ["fill", "replace"])
@pytest.mark.parametrize("name", NEXT_FILES)
def test_whatever_the_file_says_then(tenant: TenantFacts, now: datetime, name: str, existing: str) -> None:
    compared(now, event=nothing, rows=NEXT_FILES[name], existing=existing)


@pytest.fixture
def cleaned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each chunk gave to the cleaning."""
    heights: list[int] = []

    def normalize(self: Normalizer, table: Any) -> Normalized:
        heights.append(table.height)
        return real(self, table)

    real = Normalizer.normalize
    monkeypatch.setattr(Normalizer, "normalize", normalize)
    return heights


def test_only_rows_with_a_remark_are_looked_at_again_and_nobody_is_written(
    tenant: TenantFacts, now: datetime, cleaned: list[int]
) -> None:
    imported("fichier.csv", now, file(ROWS))
    before = list(Person.objects.order_by("pk").values_list("pk", "updated_at"))
    cleaned.clear()

    third = [imported("fichier.csv", now + timedelta(days=days), file(ROWS)) for days in (1, 2)][-1]

    assert cleaned == [3, 3]  # Cléo, Eve, Ada's last row
    assert list(Person.objects.order_by("pk").values_list("pk", "updated_at")) == before
    assert ImportBatch.objects.exclude(fingerprints=None).get().import_run == third


@pytest.mark.parametrize(
    "choices", [{"existing": "replace"}, {"tags": ["fichier"]}, {"phone_region": "RE"}, {"consent_wording": "Autre."}, {"consent_wordings": {"sms": "Par SMS."}}, {"rules": {"2": "replace"}}]
)  # fmt: skip
def test_with_other_choices_every_row_is_read(
    tenant: TenantFacts, now: datetime, cleaned: list[int], choices: dict[str, Any]
) -> None:
    imported("fichier.csv", now, file(ROWS))
    cleaned.clear()

    imported("fichier.csv", now + timedelta(days=1), file(ROWS), **choices)

    assert cleaned == [len(ROWS)]


def test_choices_that_the_file_itself_brought_do_not_make_it_another(
    tenant: TenantFacts, now: datetime, cleaned: list[int]
) -> None:
    field = make_field(name="Comité", kind=FieldKind.CHOICE)
    content = b"email,comite\nada@example.org,Nord\nbob@example.org,Sud\n"
    mapping = {"0": "email", "1": f"field:{field.key}"}
    first = imported("comites.csv", now, content, mapping=mapping)
    assert first.created == 2
    cleaned.clear()

    imported("comites.csv", now + timedelta(days=1), content, mapping=mapping)

    assert cleaned == [0]


def test_an_undone_import_and_one_whose_month_is_over_are_no_reason_to_leave_rows_out(
    tenant: TenantFacts, now: datetime, cleaned: list[int]
) -> None:
    first = imported("fichier.csv", now, file(ROWS))
    purge_import(import_id=first.pk, now=now + timedelta(days=30))
    second = imported("fichier.csv", now + timedelta(days=31), file(ROWS))
    Import.objects.filter(pk=second.pk).update(state="undoing")
    undo_import(import_id=second.pk, clock=lambda: now)
    cleaned.clear()

    imported("fichier.csv", now + timedelta(days=32), file(ROWS))

    assert cleaned == [len(ROWS)]


def test_who_takes_over_leaves_out_the_same_rows(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch, cleaned: list[int]
) -> None:
    """The first worker dies when everything is decided. Meanwhile somebody whose row was left out is changed."""
    rows = NEXT_FILES["a row changed"]
    imported("fichier.csv", now, file(ROWS), existing="replace")
    run = queued("fichier.csv", now + timedelta(days=2), file(rows), existing="replace")
    with monkeypatch.context() as patch:
        patch.setattr("crm.imports.running._keep_wordings", _dies)
        with pytest.raises(KeyboardInterrupt):
            run_import(import_id=run.pk, clock=lambda: now + timedelta(days=2))
    somebody_changes_a_name(now + timedelta(days=3))
    cleaned.clear()

    run_import(import_id=run.pk, clock=lambda: now + timedelta(days=3))

    assert cleaned == [4]
    assert person("ada").first_name == "Augusta"
    run.refresh_from_db()
    assert (run.state, run.position, run.created, run.updated) == ("done", len(ROWS), 0, 1)


def _dies(_run: Import) -> None:
    raise KeyboardInterrupt


def test_rows_are_told_apart_chunk_by_chunk_as_well(
    tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "read_chunks", partial(chunks.read_chunks, rows=2))
    for name in ("the same", "the first of two rows gone", "a third row about her"):
        imported(f"{name}.csv", now, file(ROWS), existing="replace")
        compared(now, event=nothing, rows=NEXT_FILES[name], existing="replace")
