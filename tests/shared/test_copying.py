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
    days = [date(1969, 7, 20), date(2026, 2, 28)]
    rows = pl.DataFrame({"person_id": [1, 2**40], "given_on": days})
    same: dict[str, str | bool | int | datetime | None] = {
        "purpose": "news",
        "channel": "email",
        "granted": True,
        "basis": "consent",
        "wording_id": "é" * 64,
        "at": now,
        "source_reference": "",
        "actor_id": actor_id,
    }

    with connection.cursor() as cursor:
        copy_alike(cursor, "consent_consententry", same, rows)

    told = [*same, "source_kind"]
    entries = ConsentEntry.objects.order_by("id")
    assert [(entry.person_id, entry.given_on) for entry in entries] == [(1, days[0]), (2**40, days[1])]
    assert list(entries.values(*told)) == [{**same, "source_kind": "office"}] * 2


def test_uuids_of_one_moment_are_of_version_7_and_different(now: datetime) -> None:
    drawn = [UUID(text) for text in ordered_uuids(100, now)]

    assert len(set(drawn)) == 100
    assert {(one.version, one.variant) for one in drawn} == {(7, RFC_4122)}
    assert {one.int >> 80 for one in drawn} == {int(now.timestamp() * 1000)}
