"""A campaign goes from one cell to another: nothing lost, nothing twice, whatever is killed on the way."""

import socket
import threading
from datetime import datetime, timedelta

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import ProgrammingError, connection
from django.utils import timezone

from crm.people.models import Note, Person
from tenants.alarms import ring_due_alarms
from tenants.archive.fetching import SourceUnreachable, fetched
from tenants.archive.freezing import freeze_tenant, thaw_tenant
from tenants.archive.moving import window_seconds
from tenants.archive.stores import FolderStore, tenant_prefix
from tenants.context import current_schema, public_context, tenant_context
from tenants.enums import TenantState
from tenants.facts import TenantFacts
from tenants.models import Alarm, Domain, Tenant
from tenants.queries import UnknownTenant, get_tenant
from tests.conftest import TenantClient
from tests.database import OTHER, TENANT
from tests.tenants.archive.cells import TwoCells
from tests.tenants.archive.moves import Move, address_of, state_at
from tests.tenants.archive.support import FILES, contents, files_under, positions, schemas

LATER = "documents/arrivé après – ça.txt"


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


STEPS = {
    "move_copy": ["copy"],
    "move_receive": ["fetch", "files", "tables", "clear"],
    "move_freeze": ["freeze", "copy"],
    "move_release": ["release"],
    "move_open": ["open"],
}


@pytest.mark.long
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
