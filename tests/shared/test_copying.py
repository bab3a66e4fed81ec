"""What is copied into a table is what it would hold if it were saved row by row."""

from datetime import date, datetime
from uuid import RFC_4122, UUID

import polars as pl
import pytest
from django.db import connection

from crm.consent.models import ConsentEntry
from crm.people.models import Person
from shared.copying import copy_alike, copy_frame, ordered_uuids
from tenants.facts import TenantFacts

AWKWARD = 'A"d,\\a\t\\N\r\n\\.'


@pytest.mark.parametrize("birth_name", ["", "Byron"])
@pytest.mark.parametrize("custom", ["{}", '{"size": "M"}'])
@pytest.mark.parametrize("actor_id", [None, 7])
def test_a_row_is_the_same_whether_its_values_are_the_defaults_or_not(
    tenant: TenantFacts, now: datetime, birth_name: str, custom: str, actor_id: int | None
) -> None:
    rows = pl.DataFrame({"first_name": ["Ada", AWKWARD], "birth_name": ["", birth_name], "custom": ["{}", custom]})
    told = rows.with_columns(
        actor_id=pl.Series([None, actor_id], dtype=pl.Int64),
        uuid=ordered_uuids(2, now),
        support_level=pl.lit(None, dtype=pl.Int16),
        tag_ids=pl.Series([[], [1, 2]], dtype=pl.List(pl.Int64)),
        last_activity_at=pl.lit(now),
        country=pl.lit("FR"),
    )

    with connection.cursor() as cursor:
        copy_frame(cursor, "people_person", told)

    plain, other = Person.objects.order_by("pk")
    assert (plain.first_name, plain.birth_name, plain.custom, plain.actor_id) == ("Ada", "", {}, None)
    assert (other.first_name, other.birth_name, other.actor_id) == (AWKWARD, birth_name, actor_id)
    assert other.custom == ({} if custom == "{}" else {"size": "M"})
    assert [person.tag_ids for person in (plain, other)] == [[], [1, 2]]
    for person in (plain, other):
        assert (person.country, person.language, person.support_level) == ("FR", "fr", None)
        assert (person.last_activity_at, person.birth_date) == (now, None)


@pytest.mark.parametrize("actor_id", [None, 7, 2**40])
def test_rows_alike_differ_in_what_they_differ_only(tenant: TenantFacts, now: datetime, actor_id: int | None) -> None:
    days = [date(1969, 7, 20), None, date(2026, 2, 28), None]
    people, numbers = [1, 1, 2**40, 2**40], [256, 2**41, 3, 2]
    rows = pl.DataFrame({"kind": [1, 0, 0, 1], "person_id": people, "id": numbers, "given_on": days})
    yes: dict[str, str | bool | int | datetime | None] = {
        "purpose": "news",
        "channel": "email",
        "granted": True,
        "basis": "consent",
        "wording_id": "é" * 64,
        "at": now,
        "source_reference": "",
        "actor_id": actor_id,
    }
    no = {**yes, "channel": "sms", "granted": False}

    with connection.cursor() as cursor:
        copy_alike(cursor, "consent_consententry", [yes, no], rows)
        cursor.execute("SELECT id FROM consent_consententry ORDER BY ctid")
        assert [number for (number,) in cursor.fetchall()] == numbers  # in their order

    entries = ConsentEntry.objects.order_by("person_id", "given_on")
    assert [(entry.person_id, entry.id, entry.given_on) for entry in entries] == [
        *zip(people[:2], numbers[:2], days[:2], strict=True),
        *zip(people[2:], numbers[2:], days[2:], strict=True),
    ]
    assert list(entries.values(*yes, "source_kind")) == [
        {**said, "source_kind": "office"} for said in (no, yes, yes, no)
    ]


def test_uuids_of_one_moment_are_of_version_7_and_different(now: datetime) -> None:
    drawn = [UUID(text) for text in ordered_uuids(100, now)]

    assert len(set(drawn)) == 100
    assert {(one.version, one.variant) for one in drawn} == {(7, RFC_4122)}
    assert {one.int >> 80 for one in drawn} == {int(now.timestamp() * 1000)}
