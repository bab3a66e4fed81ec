"""Every file of the zoo with its whole report, and the two files of the journey with theirs."""

from datetime import datetime
from typing import Any

import pytest

from crm.consent.models import ConsentState
from crm.imports.models import KEPT
from crm.imports.watching import purge_import
from crm.people.models import EmailAddress, Note, Person, PhoneNumber, Tag
from crm.people.timeline import timeline
from crm.segments.queries import people_matching_tree
from crm.segments.tree import parse
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, received, remarks

ZOO: dict[str, tuple[dict[str, int], list[tuple[int, str, str, str]], list[tuple[str, str, str]]]] = {
    "zoo-broken-quotes.csv": (
        {"read": 3, "created": 2, "rejected": 1},
        [(2, "warning", "quotes", ""), (3, "rejected", "quote", "")],
        [("a@example.org", "", 'Jean "Jeannot" Martin'), ("c@example.org", "", "ok")],
    ),
    "zoo-duplicate-headers.csv": ({"read": 1, "created": 1}, [], [("a@example.org", "", "Ali")]),
    "zoo-formula-injection.csv": (
        {"read": 2, "created": 2},
        [(2, "warning", "not_a_name", "=cmd|' /C calc'!A0"), (3, "warning", "not_a_name", "+33612345678")],
        [("a@example.org", "", ""), ("b@example.org", "", "")],
    ),
    "zoo-huge-field.csv": (
        {"read": 2, "created": 2},
        [(2, "warning", "shortened", "x" * 200)],
        [("a@example.org", "", ""), ("b@example.org", "", "")],
    ),
    "zoo-latin1-mislabelled-utf8.csv": ({"read": 1, "created": 1}, [], [("a@example.org", "Hélène", "")]),
    "zoo-mixed-newlines.csv": (
        {"read": 3, "created": 3},
        [],
        [("a@example.org", "", "Zoé"), ("b@example.org", "", "Noël"), ("c@example.org", "", "Çağla")],
    ),
    "zoo-no-header.csv": (
        {"read": 2, "created": 2},
        [],
        [("jean@example.org", "Jean", "Martin"), ("lea@example.org", "Léa", "Petit")],
    ),
    "zoo-nul-bytes.csv": (
        {"read": 2, "created": 2},
        [(2, "warning", "nul", "")],
        [("a@example.org", "", "Zo"), ("b@example.org", "", "ok")],
    ),
    "zoo-ragged.csv": (
        {"read": 3, "created": 2, "rejected": 1},
        [(2, "warning", "too_few_cells", ""), (3, "rejected", "too_many_cells", "")],
        [("a@example.org", "", "Un"), ("c@example.org", "", "Trois")],
    ),
    "zoo-utf8-bom.csv": ({"read": 1, "created": 1}, [], [("a@example.org", "Hélène", "")]),
}


@pytest.mark.parametrize("name", ZOO)
def test_each_file_of_the_zoo_ends_with_its_report(tenant: TenantFacts, now: datetime, name: str) -> None:
    expected_counts, expected_remarks, people = ZOO[name]

    run = imported(name, now)

    assert run.state == "done"
    assert counts(run) == expected_counts
    assert remarks(run) == expected_remarks
    assert list(Person.objects.order_by("email").values_list("email", "first_name", "last_name")) == people


@pytest.mark.parametrize(
    ("name", "reason"),
    [("zoo-binary.csv", "binary"), ("zoo-empty.csv", "empty"), ("zoo-header-only.csv", "header_only")],
)
def test_what_is_no_list_of_contacts_is_refused_with_the_reason(
    tenant: TenantFacts, now: datetime, name: str, reason: str
) -> None:
    run = received(name, now)

    assert (run.state, run.failure, run.total, run.file) == ("refused", reason, 0, "")


def test_whoever_came_with_an_import_has_it_in_her_story(tenant: TenantFacts, now: datetime) -> None:
    imported("zoo-utf8-bom.csv", now)

    (event,) = timeline(Person.objects.get()).events
    assert (event.at, event.title, event.source) == (now, "Arrivée par un import", "import")


def test_two_columns_of_the_same_name_are_both_kept(tenant: TenantFacts, now: datetime) -> None:
    imported("zoo-duplicate-headers.csv", now)

    addresses = EmailAddress.objects.order_by("address").values_list("address", "is_primary")
    assert list(addresses) == [("a@example.org", True), ("b@example.org", False)]


def test_a_formula_in_a_note_stays_text(tenant: TenantFacts, now: datetime) -> None:
    imported("zoo-formula-injection.csv", now)

    assert sorted(Note.objects.values_list("text", flat=True)) == ["-2+3", "@SUM(1+1)"]


def test_a_french_spreadsheet_is_imported_to_the_last_row(tenant: TenantFacts, now: datetime) -> None:
    run = imported("excel-fr-cp1252.csv", now)

    assert counts(run) == {"read": 1500, "created": 1453, "merged": 47}
    assert run.issue_counts == {
        "merged:repeated": 47,
        "warning:bad_date": 6,
        "warning:bad_email": 10,
        "warning:bad_phone": 8,
        "warning:bad_postcode": 5,
        "warning:formula_read": 1,
        "warning:nul": 5,
        "warning:unallotted_phone": 74,
    }
    assert _facts("mehdi.herve0@gmail.com") == {
        "first_name": "Mehdi",
        "last_name": "Hervé",
        "birth_date": "1980-03-14",
        "occupation": "commerçant",
        "street": "124 rue de l'Église",
        "commune_code": "59156",
        "departement_code": "59",
        "can_email": True,
        "can_sms": False,
    }
    assert Tag.objects.filter(name="porte-à-porte").count() == 1
    assert ConsentState.objects.filter(channel="email", granted=True).count() == Person.objects.filter(
        can_email=True
    ).count() + (ConsentState.objects.filter(channel="email", granted=True, person__email="").count())


def test_a_nationbuilder_export_is_imported_to_the_last_row(tenant: TenantFacts, now: datetime) -> None:
    run = imported("nationbuilder-people-export-full.csv", now)

    assert counts(run) == {"read": 400, "created": 393, "merged": 7}
    assert run.issue_counts == {
        "merged:repeated": 7,
        "warning:bad_date": 2,
        "warning:bad_email": 3,
        "warning:bad_phone": 3,
        "warning:bad_postcode": 2,
        "warning:formula_read": 3,
        "warning:unallotted_phone": 18,
    }
    pascal = Person.objects.get(external_id="900000")
    assert list(pascal.emails.order_by("-is_primary").values_list("address", flat=True)) == [
        "pascal.lamy0@icloud.com",
        "autre.0@example.org",
    ]
    assert list(PhoneNumber.objects.filter(person=pascal).values_list("number", flat=True)) == ["+33579217421"]
    assert ConsentState.objects.filter(person=pascal).values_list("channel", "granted").get(channel="phone") == (
        "phone",
        False,
    )
    # Unsubscribed there: stays so here, whatever the column of agreements says.
    assert ConsentState.objects.filter(person=pascal).values_list("channel", "granted").get(channel="email") == (
        "email",
        False,
    )


@pytest.mark.parametrize(
    "name",
    ["excel-fr-cp1252.csv", "nationbuilder-people-export-full.csv", "nationbuilder-export.csv", "excel-fr-utf16.tsv"],
)
@pytest.mark.parametrize("existing", ["fill", "replace"])
def test_the_same_file_again_changes_nothing(tenant: TenantFacts, now: datetime, name: str, existing: str) -> None:
    first = imported(name, now)
    before = _everyone()

    again = imported(name, now, existing=existing)

    assert counts(again) == {"read": first.position, "unchanged": first.created, "merged": first.merged}
    assert _everyone() == before


def _facts(email: str) -> dict[str, Any]:
    person = Person.objects.get(email=email)
    names = (
        "first_name",
        "last_name",
        "occupation",
        "street",
        "commune_code",
        "departement_code",
        "can_email",
        "can_sms",
    )
    return {**{name: getattr(person, name) for name in names}, "birth_date": str(person.birth_date)}


def _everyone() -> list[Any]:
    fields = [field.name for field in Person._meta.fields if field.name not in ("uuid",)]
    states = list(
        ConsentState.objects.order_by("person_id", "channel").values_list("person_id", "channel", "granted", "entry_id")
    )
    return [
        list(Person.objects.order_by("pk").values_list(*fields)),
        states,
        EmailAddress.objects.count(),
        Note.objects.count(),
    ]


def test_what_other_tools_say_of_agreements_is_kept(tenant: TenantFacts, now: datetime) -> None:
    imported("action-network.csv", now)
    assert _answers() == {
        ("elise.roche@example.org", "email", True), ("elise.roche@example.org", "sms", True), ("omar.benali@example.org", "email", False),
        ("zoe.lambert@example.org", "email", False), ("zoe.lambert@example.org", "sms", False),
    }  # fmt: skip

    imported("mailchimp.csv", now)  # the same people
    elise = Person.objects.get(email="elise.roche@example.org")
    assert set(Tag.objects.filter(pk__in=elise.tag_ids).values_list("name", flat=True)) == {"bénévole", "climat"}
    imported("mailchimp-cleaned.csv", now)
    assert EmailAddress.objects.get(address="noe.martin@example.org").status == "bad"


def _answers() -> set[tuple[str, str, bool]]:
    return set(ConsentState.objects.values_list("person__email", "channel", "granted"))


def test_lines_are_numbered_as_a_spreadsheet_numbers_its_rows(tenant: TenantFacts, now: datetime) -> None:
    content = b'email,note\na@example.org,"un\ndeux\ntrois"\n\nperdu,x\nb@example.org,"un\ndeux"\nperdu,y\n'
    run = imported("notes.csv", now, content)
    assert [(line, kind) for line, level, kind, _value in remarks(run) if level == "rejected"] == [
        (4, "no_contact"),
        (6, "no_contact"),
    ]


def test_an_address_that_is_malformed_in_two_columns_is_one_persons(tenant: TenantFacts, now: datetime) -> None:
    content = b"email,email1,nom,tel\nada@,ada@,Ada,0612345601\nbob@,bob@x,Bob,0612345602\n"
    run = imported("deux.csv", now, content)
    assert run.issue_counts == {"warning:bad_email": 2}
    assert list(run.issues.order_by("pk").values_list("line", "column", "value")) == [
        (2, "email, email1", "ada@"),
        (3, "email", "bob@"),
        (3, "email1", "bob@x"),
    ]


def test_tags_for_everyone_need_no_column_of_tags(tenant: TenantFacts, now: datetime) -> None:
    imported("liste.csv", now, b"email,nom\na@example.org,Ali\nb@example.org,Bob\n", tags=["Marché"])
    (tag,) = Tag.objects.all()
    assert [person.tag_ids for person in Person.objects.all()] == [[tag.pk], [tag.pk]]


def test_segments_know_who_was_in_an_import_new_or_not(tenant: TenantFacts, now: datetime) -> None:
    known = imported("un.csv", now, b"email;Nom\nada@example.org;Durand\nclo@example.org;Blanc\n")
    both = imported("deux.csv", now, b"email;Nom\nada@example.org;Durand\nboris@example.org;Petit\n")
    criteria = {"import": {"in": {"imports": [both.pk]}}}

    def found() -> set[str]:
        return set(people_matching_tree(parse(criteria), now=now).values_list("email", flat=True))

    assert known.created == both.created + both.unchanged == 2
    assert found() == {"ada@example.org", "boris@example.org"}
    purge_import(import_id=both.pk, now=now + KEPT)
    assert found() == {"ada@example.org", "boris@example.org"}
