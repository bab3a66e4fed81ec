"""A campaign goes from one cell to another: nothing lost, nothing twice, whatever is killed on the way."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, ProgrammingError, connection, connections, transaction
from django.utils import timezone

from crm.consent.entries import ConsentGiven, Source
from crm.consent.models import ConsentEntry
from crm.people.models import Note, Person
from crm.people.services import ContactData, capture
from tenants.alarms import ring_due_alarms
from tenants.archive.fetching import SourceUnreachable, fetched
from tenants.archive.freezing import freeze_tenant, thaw_tenant
from tenants.archive.moving import window_seconds
from tenants.archive.stores import FolderStore, tenant_prefix
from tenants.context import current_schema, public_context, tenant_context
from tenants.enums import TenantState
from tenants.facts import TenantFacts
from tenants.jobs.models import Job
from tenants.jobs.services import run_job, start_job
from tenants.models import Alarm, Domain, Tenant
from tenants.owner import owner_connection, run_script
from tenants.queries import UnknownTenant, get_tenant
from tests.conftest import TenantClient
from tests.database import OTHER, TENANT
from tests.tenants.archive.cells import CellAt, TwoCells, empty_new_cell, web_server
from tests.tenants.archive.support import FILES, contents, files_under, furnish, positions, schemas
from tests.tenants.jobs.killing import run_and_kill

LATER = "documents/arrivé après – ça.txt"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def cells(
    live_tenant: TenantFacts, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> Iterator[TwoCells]:
    port = free_port()
    settings.PLATFORM_PORT = str(port)
    cells = TwoCells(tmp_path, port, monkeypatch)
    empty_new_cell(cells, TENANT)
    with cells.at(cells.old):
        with tenant_context(get_tenant(TENANT)):
            furnish(get_tenant(TENANT), now=now)
        with web_server(cells):
            yield cells
    connections.close_all()


def address_of(copy: dict[str, Any]) -> str:
    """As the control plane makes it: the cell tells no more than the path."""
    return f"http://demain.{settings.PLATFORM_HOST}:{settings.PLATFORM_PORT}{copy['path']}"


class Move:
    """What the control plane does: one job after the other, with what the one before told."""

    def __init__(self, cells: TwoCells) -> None:
        self.cells, self.uuid = cells, uuid4()
        self.told: dict[str, dict[str, Any]] = {}
        self.kills: dict[str, list[tuple[str, str]]] = {}  # of a kind: steps, and where in them
        self.killed = 0
        self.is_whole = False  # the last copy: all tables, or what has changed

    def do(self, kind: str, cell: CellAt, **parameters: Any) -> dict[str, Any]:
        with self.cells.at(cell):
            body = {"move": str(self.uuid), "secret": self.cells.locked_for(cell), **parameters}
            job = start_job(uuid=uuid4(), kind=kind, tenant_uuid=TENANT, parameters=body).uuid
            for step, where in self.kills.get(kind, []):
                self.killed += run_and_kill(job, step=step, where=where)
            run_job(uuid=job)
            with public_context():
                row = Job.objects.get(uuid=job)
            assert row.state == "done", (kind, row.error)
            self.told[kind] = row.result
            return dict(row.result)

    def receive(self, copy: dict[str, Any]) -> dict[str, Any]:
        return self.do("move_receive", self.cells.new, url=address_of(copy), sums=copy["sums"])

    def until_freeze(self) -> None:
        self.receive(self.do("move_copy", self.cells.old))

    def freeze(self) -> dict[str, Any]:
        is_whole = self.is_whole or not self.told["move_receive"]["takes_changes"]
        return self.do("move_freeze", self.cells.old, is_whole=is_whole)

    def finish(self) -> None:
        self.receive(self.freeze())
        self.do("move_release", self.cells.old)
        self.do("move_open", self.cells.new)


def state_at(cells: TwoCells, cell: CellAt) -> str:
    with cells.at(cell):
        return get_tenant(TENANT).state


@pytest.mark.parametrize("is_whole", [False, True], ids=["changes", "all tables again"])
def test_a_move_brings_everything(cells: TwoCells, is_whole: bool) -> None:
    move = Move(cells)
    move.is_whole = is_whole
    move.until_freeze()
    with cells.at(cells.old), tenant_context(get_tenant(TENANT)):  # meanwhile the campaign goes on
        default_storage.save(LATER, ContentFile(b"later"))
        default_storage.delete("documents/vide.txt")
        Note.objects.create(person=Person.objects.earliest("id"), text="later", created_at=timezone.now())
        before, where = contents(current_schema()), positions(current_schema())
    move.finish()
    with cells.at(cells.new):
        tenant = get_tenant(TENANT)
        assert (contents(tenant.schema_name), positions(tenant.schema_name)) == (before, where)
        assert (tenant.state, tenant.cell, tenant.slug, tenant.contact_limit) == ("active", "de-1", "demain", 10_000)
        kept = {name: content for name, content in FILES.items() if name != "documents/vide.txt"}
        assert files_under(FolderStore(cells.new.media), tenant_prefix(TENANT)) == {**kept, LATER: b"later"}
        with public_context():
            alarms = list(Alarm.objects.filter(kind="archive.test").values_list("schema_name", "key"))
            assert alarms == [(tenant.schema_name, "7")]
            assert Domain.objects.get(tenant__uuid=TENANT).is_primary
        with tenant_context(tenant):
            Note.objects.create(person=Person.objects.earliest("id"), text="written here", created_at=timezone.now())
    told = move.told
    assert told["move_freeze"]["is_whole"] == is_whole
    assert told["move_freeze"]["sums"] == told["move_receive"]["sums"]
    assert (
        0 < window_seconds(frozen_at=told["move_freeze"]["frozen_at"], opened_at=told["move_open"]["opened_at"]) < 120
    )


def test_the_cell_that_was_left_is_closed_for_good_and_no_other_campaign_with_it(cells: TwoCells) -> None:
    with cells.at(cells.old):
        other = contents(get_tenant(OTHER).schema_name)
    move = Move(cells)
    move.until_freeze()
    move.finish()
    with cells.at(cells.old):
        tenant = get_tenant(TENANT)
        thaw_tenant(tenant)
        assert get_tenant(TENANT).state == TenantState.MOVED
        with tenant_context(tenant), pytest.raises(ProgrammingError):
            Note.objects.update(text="too late")
        connection.close()
        with public_context():
            assert not Alarm.objects.filter(schema_name=tenant.schema_name).exists()
        assert contents(get_tenant(OTHER).schema_name) == other
    assert list(FolderStore(cells.new.media).names("arriving/")) == []


def test_the_old_cell_is_erased_and_no_other_campaign_with_it(cells: TwoCells) -> None:
    move = Move(cells)
    move.until_freeze()
    move.finish()
    move.do("move_erase", cells.old)
    with cells.at(cells.old):
        with pytest.raises(UnknownTenant):
            get_tenant(TENANT)
        assert schemas() == {get_tenant(OTHER).schema_name}
        assert list(FolderStore(cells.old.media).names(tenant_prefix(TENANT))) == []
    assert state_at(cells, cells.new) == TenantState.ACTIVE
    move.do("move_erase", cells.old)  # asked twice


def test_a_move_called_off_in_the_window_leaves_everything_as_it_was(cells: TwoCells) -> None:
    move = Move(cells)
    with cells.at(cells.old):
        before = contents(get_tenant(TENANT).schema_name)
    move.until_freeze()
    move.receive(move.freeze())
    move.do("move_thaw", cells.old)
    move.do("move_discard", cells.new)
    with cells.at(cells.old):
        tenant = get_tenant(TENANT)
        assert (tenant.state, contents(tenant.schema_name)) == (TenantState.ACTIVE, before)
        with tenant_context(tenant):
            Note.objects.create(person=Person.objects.earliest("id"), text="on we go", created_at=timezone.now())
        assert not any("sealed" in file.name for file in FolderStore(cells.old.media).names("tenants/"))
    with cells.at(cells.new):
        with pytest.raises(UnknownTenant):
            get_tenant(TENANT)
        assert list(FolderStore(cells.new.media).names("")) == []


def test_a_cell_never_takes_a_copy_of_what_it_holds(cells: TwoCells) -> None:
    move = Move(cells)
    copy = move.do("move_copy", cells.old)
    with pytest.raises(AssertionError, match="already_here"):
        move.do("move_receive", cells.old, url=address_of(copy), sums=copy["sums"])
    with pytest.raises(AssertionError, match="already_here"):
        move.do("move_discard", cells.old)
    assert state_at(cells, cells.old) == TenantState.ACTIVE


def test_a_copy_that_is_not_the_one_announced_is_refused(cells: TwoCells) -> None:
    move = Move(cells)
    copy = move.do("move_copy", cells.old)
    with pytest.raises(AssertionError, match="archive_damaged"):
        move.do("move_receive", cells.new, url=address_of(copy), sums="0" * 64)
    cells.secret = "another one"
    with pytest.raises(AssertionError, match="archive_foreign"):
        move.do("move_receive", cells.new, url=address_of(copy), sums=copy["sums"])
    with cells.at(cells.new), pytest.raises(UnknownTenant):
        get_tenant(TENANT)


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


STEPS = {
    "move_copy": ["copy"],
    "move_receive": ["fetch", "files", "tables", "clear"],
    "move_freeze": ["freeze", "copy"],
    "move_release": ["release"],
    "move_open": ["open"],
}


@pytest.mark.parametrize("where", ["start", "2", "end"])
def test_a_worker_killed_in_every_step_changes_nothing_of_the_result(cells: TwoCells, where: str) -> None:
    with cells.at(cells.old):
        before = contents(get_tenant(TENANT).schema_name)
    move = Move(cells)
    move.kills = {kind: [(step, where) for step in steps] for kind, steps in STEPS.items()}
    move.until_freeze()
    move.finish()
    assert move.killed == 13  # move_receive comes twice
    with cells.at(cells.new):
        tenant = get_tenant(TENANT)
        assert (tenant.state, contents(tenant.schema_name)) == (TenantState.ACTIVE, before)
        assert files_under(FolderStore(cells.new.media), tenant_prefix(TENANT)) == FILES
    assert state_at(cells, cells.old) == TenantState.MOVED


class TestWindow:
    def test_pages_are_read_and_writing_is_refused_with_the_time_it_takes(self, live_tenant: TenantFacts) -> None:
        freeze_tenant(live_tenant, expected=timedelta(seconds=40))
        visitor = TenantClient(live_tenant.primary_host)
        assert visitor.get("/").status_code == 200
        refused = visitor.post("/", {"email": "ada@example.org"}, headers={"accept-language": "en"})
        assert refused.status_code == 503
        assert 30 <= int(refused.headers["Retry-After"]) <= 40
        assert b"was not recorded" in refused.content
        thaw_tenant(live_tenant)
        assert visitor.post("/", {"email": "ada@example.org"}).status_code != 503

    def test_the_database_itself_refuses_whoever_did_not_hear_of_it(self, live_tenant: TenantFacts) -> None:
        freeze_tenant(live_tenant, expected=timedelta(seconds=40))
        with pytest.raises(ProgrammingError):
            Person.objects.create(first_name="Too late")
        connection.close()
        assert Person.objects.count() == 0
        thaw_tenant(live_tenant)
        connection.close()
        Person.objects.create(first_name="In time")

    def test_a_write_that_had_begun_is_waited_for(self, live_tenant: TenantFacts) -> None:
        parameters = connection.get_connection_params()
        writer = psycopg.connect(**{k: v for k, v in parameters.items() if k in ("dbname", "user", "host", "port")})
        writer.execute(f'SET ROLE "r_{live_tenant.schema_name}"')
        writer.execute(f"INSERT INTO {live_tenant.schema_name}.people_person (first_name) VALUES ('Begun')")  # noqa: S608 -- our own words
        committing = threading.Timer(2.5, writer.commit)
        committing.start()
        freeze_tenant(live_tenant, expected=timedelta(seconds=40))
        assert Person.objects.filter(first_name="Begun").exists()
        committing.join()
        writer.close()

    def test_alarms_wait_and_ring_when_the_window_is_over(self, live_tenant: TenantFacts, now: datetime) -> None:
        with public_context():
            Alarm.objects.create(schema_name=live_tenant.schema_name, kind="x", key="", due_at=now)
            Tenant.objects.filter(uuid=live_tenant.uuid).update(state=TenantState.MOVING)
        ring_due_alarms(now=now)
        with public_context():
            assert Alarm.objects.filter(kind="x").exists()


def test_a_domain_that_is_anothers_in_the_new_cell_is_not_taken_over(cells: TwoCells) -> None:
    for cell, uuid in ((cells.old, TENANT), (cells.new, OTHER)):
        with cells.at(cell), public_context():
            tenant = Tenant.objects.get(uuid=uuid)
            Domain.objects.create(domain="www.pris.fr", tenant=tenant, kind="own", is_primary=False)
    with pytest.raises(AssertionError, match="domain_taken"):
        Move(cells).until_freeze()
    with cells.at(cells.new), public_context():
        assert Domain.objects.get(domain="www.pris.fr").tenant.uuid == OTHER


def test_a_copy_that_is_cut_off_on_the_way_is_no_whole_one(socket_enabled: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _address = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it")

        thread = threading.Thread(target=answer)
        thread.start()
        with fetched(f"http://127.0.0.1:{server.getsockname()[1]}/x?s=1") as blocks, pytest.raises(SourceUnreachable):
            list(blocks)
        thread.join()
