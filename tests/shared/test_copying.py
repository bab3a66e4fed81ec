"""What is copied into a table is what it would hold if it were saved row by row."""

from datetime import date, datetime
from uuid import UUID

import polars as pl
import pytest
from django.db import connection

from crm.consent.models import ConsentEntry
from shared.copying import copy_alike, random_uuids
from tenants.facts import TenantFacts


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
    entries = ConsentEntry.objects.order_by("pk")
    assert [(entry.person_id, entry.given_on) for entry in entries] == [(1, days[0]), (2**40, days[1])]
    assert list(entries.values(*told)) == [{**same, "source_kind": "office"}] * 2


def test_random_uuids_are_of_version_4_and_different() -> None:
    drawn = [UUID(text) for text in random_uuids(100)]

    assert len(set(drawn)) == 100
    assert {(one.version, one.variant) for one in drawn} == {(4, UUID(int=0x8 << 60).variant)}
