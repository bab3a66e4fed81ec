"""What is written while a campaign moves: noted from the first copy on, and nothing of it lost."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from crm.consent.entries import ConsentGiven, Source
from crm.consent.models import ConsentEntry
from crm.people.models import Note, Person
from crm.people.services import ContactData, capture
from tenants.context import current_schema, tenant_context
from tenants.enums import TenantState
from tenants.facts import TenantFacts
from tenants.owner import owner_connection, run_script
from tenants.queries import get_tenant
from tests.database import TENANT
from tests.tenants.archive.cells import TwoCells
from tests.tenants.archive.moves import Move, state_at
from tests.tenants.archive.support import contents, positions, schemas


def write_in_every_way(schema: str) -> None:
    """In the tenant's context: rows that come, change and go, one by one and many at once, and keys that change hands."""
    people = list(Person.objects.order_by("id"))
    furnish_more(people)
    people[0].delete()
    Person.objects.filter(pk__in=[person.pk for person in people[1:4]]).update(last_name="Changed")
    one, other = people[5], people[6]
    Person.objects.filter(pk=one.pk).update(email="")
    Person.objects.filter(pk=other.pk).update(email=one.email)  # what is unique changes hands
    Person.objects.filter(pk=one.pk).update(email=other.email)
    with connection.cursor() as cursor:
        with cursor.copy("COPY people_tag (id, name, color) FROM STDIN") as rows:
            rows.write("901\tcopied\tencre\n902\tcopied too\tencre\n")
        cursor.execute(
            "INSERT INTO people_tag (id, name, color) VALUES (901, 'x', 'encre') ON CONFLICT (id) DO UPDATE SET name = 'merged'"
        )
        cursor.execute("UPDATE people_tag SET id = 903 WHERE id = 902")
        cursor.execute("WITH gone AS (DELETE FROM people_tag WHERE id < 900 RETURNING id) SELECT count(*) FROM gone")
    with suppress(ZeroDivisionError), transaction.atomic():
        Person.objects.create(first_name="Rolled back")
        raise ZeroDivisionError


def furnish_more(people: list[Person]) -> None:
    """By the product's own ways: the ledger, whose rows never change, among them."""
    capture(
        contact=ContactData(email=people[9].email, first_name="Again"),
        kind="signed_up",
        source=Source("form", "form:1"),
        consents=[ConsentGiven("news", "email", granted=False, basis="consent", wording="Je ne veux plus.")],
        now=timezone.now(),
    )
    merge = Note.objects.create(person=people[1], text="to go again", created_at=timezone.now())
    merge.delete()


def test_every_kind_of_change_since_the_first_copy_arrives(cells: TwoCells) -> None:
    move = Move(cells)
    move.until_freeze()
    with cells.at(cells.old), tenant_context(get_tenant(TENANT)):
        write_in_every_way(current_schema())
        before, where = contents(current_schema()), positions(current_schema())
    move.finish()
    assert not move.told["move_freeze"]["is_whole"]
    assert 4 < move.told["move_freeze"]["tables"] < 20
    with cells.at(cells.new):
        schema = get_tenant(TENANT).schema_name
        assert (contents(schema), positions(schema)) == (before, where)
        with tenant_context(get_tenant(TENANT)), pytest.raises(DatabaseError, match="append"):
            ConsentEntry.objects.update(granted=True)  # its guard is back


@contextmanager
def busy_writer(schema: str) -> Iterator[list[tuple[int, str]]]:
    """Somebody who never stops writing, until the database says no; what was accepted so far."""
    accepted: list[tuple[int, str]] = []
    stop = threading.Event()
    parameters = connection.get_connection_params()
    writer = psycopg.connect(**{k: v for k, v in parameters.items() if k in ("dbname", "user", "host", "port")})
    writer.execute(f'SET ROLE "r_{schema}"; SET search_path = {schema}, extensions')
    writer.commit()

    def write() -> None:
        with suppress(psycopg.errors.InsufficientPrivilege):
            while not stop.is_set():
                row = writer.execute("INSERT INTO people_person (first_name) VALUES ('Busy') RETURNING id").fetchone()
                line = (row[0] if row else 0, str(len(accepted)))
                writer.execute("UPDATE people_person SET last_name = %s WHERE id = %s", [line[1], line[0]])
                writer.commit()
                accepted.append(line)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield accepted
    finally:
        stop.set()
        thread.join()
        writer.close()


def test_nothing_written_while_the_first_copy_is_made_is_lost(cells: TwoCells) -> None:
    move = Move(cells)
    with cells.at(cells.old):
        writing = busy_writer(get_tenant(TENANT).schema_name)
        with writing as accepted:
            move.until_freeze()
            before = len(accepted)
            move.finish()
    assert not move.told["move_freeze"]["is_whole"]
    with cells.at(cells.new), tenant_context(get_tenant(TENANT)):
        found = list(Person.objects.filter(first_name="Busy").order_by("id").values_list("id", "last_name"))
    assert found == accepted
    assert 20 < before <= len(accepted)


BREAKS = {
    "emptied": "TRUNCATE {schema}.people_note",
    "unwatched": "ALTER TABLE {schema}.people_note DISABLE TRIGGER USER; DELETE FROM {schema}.people_note",
    "forgotten": "DROP SCHEMA {schema}_changes CASCADE; DELETE FROM {schema}.people_note",
}


@pytest.mark.parametrize("breaking", BREAKS.values(), ids=BREAKS)
def test_where_a_change_may_have_gone_unnoted_everything_is_copied_again(cells: TwoCells, breaking: str) -> None:
    move = Move(cells)
    move.until_freeze()
    with cells.at(cells.old):
        schema = get_tenant(TENANT).schema_name
        with owner_connection() as owner:
            run_script(owner, breaking.format(schema=schema))
        before = contents(schema)
    move.finish()
    assert move.told["move_freeze"]["is_whole"]
    with cells.at(cells.new):
        assert contents(get_tenant(TENANT).schema_name) == before


def test_a_row_that_came_unnoted_is_noticed_before_the_new_cell_opens(cells: TwoCells) -> None:
    move = Move(cells)
    move.until_freeze()
    with cells.at(cells.old), owner_connection() as owner:
        schema = get_tenant(TENANT).schema_name
        run_script(owner, f"DELETE FROM {schema}.people_note; DELETE FROM {schema}_changes.change")  # noqa: S608 -- our own words
    copy = move.freeze()
    with pytest.raises(AssertionError, match="archive_damaged"):
        move.receive(copy)
    assert state_at(cells, cells.new) == TenantState.PROVISIONING


def test_changes_of_another_copy_are_refused(cells: TwoCells) -> None:
    move = Move(cells)
    move.until_freeze()
    copy = move.freeze()
    with cells.at(cells.new), owner_connection() as owner:
        run_script(owner, f"COMMENT ON SCHEMA {get_tenant(TENANT).schema_name} IS 'another'")
    with pytest.raises(AssertionError, match="archive_foreign"):
        move.receive(copy)


def test_every_table_can_be_brought_up_to_date_by_its_keys(live_tenant: TenantFacts) -> None:
    """Changes rest on it: a key in each table, and no reference that acts by itself or is looked at before the end."""
    without_key = "SELECT relname FROM pg_class c WHERE relnamespace = %s::regnamespace AND relkind = 'r' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND indisprimary)"
    acting = "SELECT conname FROM pg_constraint WHERE connamespace = %s::regnamespace AND contype = 'f' AND (confdeltype <> 'a' OR NOT condeferrable)"
    with owner_connection() as owner:
        for query in (without_key, acting):
            assert owner.execute(query, [live_tenant.schema_name]).fetchall() == []


def test_a_move_called_off_leaves_no_note_taking_behind(cells: TwoCells) -> None:
    move = Move(cells)
    move.until_freeze()
    move.do("move_thaw", cells.old)
    with cells.at(cells.old), owner_connection() as owner:
        schema = get_tenant(TENANT).schema_name
        assert f"{schema}_changes" not in schemas()
        left = "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = %s::regnamespace AND tgname LIKE 'isoloir_changes%%'"
        assert owner.execute(left, [schema]).fetchone() == (0,)
