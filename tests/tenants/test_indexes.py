"""Indexes that stand aside: gone meanwhile, the same afterwards, whatever happens in between."""

import pytest

from tenants.context import connection
from tenants.facts import TenantFacts
from tenants.indexes import complete_indexes, indexes_aside
from tenants.owner import owner_connection

NAMES = ("people_by_name", "people_words", "people_tags")


def standing(tenant: TenantFacts) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = %s", [tenant.schema_name])
        return dict(cursor.fetchall())


def test_they_are_gone_meanwhile_and_the_same_afterwards(live_tenant: TenantFacts) -> None:
    before = standing(live_tenant)

    with indexes_aside(NAMES):
        assert set(before) - set(standing(live_tenant)) == set(NAMES)

    assert standing(live_tenant) == before


def test_they_come_back_when_the_work_fails(live_tenant: TenantFacts) -> None:
    before = standing(live_tenant)

    with pytest.raises(RuntimeError), indexes_aside(NAMES):
        raise RuntimeError

    assert standing(live_tenant) == before


def test_what_a_killed_process_left_out_is_built_by_the_next(live_tenant: TenantFacts) -> None:
    before = standing(live_tenant)
    with owner_connection() as owner:
        owner.execute(f'DROP INDEX "{live_tenant.schema_name}".people_tags')

    complete_indexes(NAMES)

    assert standing(live_tenant) == before


def test_they_stay_where_somebody_works_with_the_table(
    live_tenant: TenantFacts, caplog: pytest.LogCaptureFixture
) -> None:
    before = standing(live_tenant)
    caplog.set_level("INFO", "tenants.indexes")

    with owner_connection() as owner, owner.transaction():
        owner.execute(f'LOCK TABLE "{live_tenant.schema_name}".people_person IN ROW EXCLUSIVE MODE')
        with indexes_aside(NAMES):
            assert standing(live_tenant) == before

    assert "its tables are busy" in caplog.text


def test_no_table_is_held_while_another_is_waited_for(live_tenant: TenantFacts) -> None:
    before = standing(live_tenant)

    with owner_connection() as owner, owner.transaction():
        owner.execute(f'LOCK TABLE "{live_tenant.schema_name}".people_person IN ROW EXCLUSIVE MODE')
        with indexes_aside(("people_phone_number", *NAMES)):
            assert set(before) - set(standing(live_tenant)) == {"people_phone_number"}  # and so it is done with

    assert standing(live_tenant) == before


def test_another_campaign_keeps_its_own(live_tenant: TenantFacts) -> None:
    with owner_connection() as owner, indexes_aside(NAMES):
        found = owner.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'people_tags'").fetchone()

    assert found is not None
    assert found[0] >= 2  # the other campaign's and the template's
