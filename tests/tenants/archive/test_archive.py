"""A campaign written whole and read back: the same, or nothing."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from crm.people.models import Person
from tenants.archive.manifest import (
    MANIFEST,
    ArchiveDamaged,
    ArchiveForeign,
    ArchiveVersionUnknown,
    Manifest,
    Purpose,
)
from tenants.archive.reading import drop_loaded_schema, load_files, load_tables, opened_archive
from tenants.archive.stores import FolderStore, delete_all
from tenants.archive.writing import DOORS, write_archive
from tenants.backend.base import role_name
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.owner import owner_connection
from tenants.queries import get_tenant
from tests.database import OTHER
from tests.tenants.archive.support import (
    AWKWARD,
    FILES,
    LARGE,
    contents,
    files_under,
    furnish,
    positions,
    schemas,
    written,
)
from tests.tenants.test_provisioning import structure

COPY = "c_copy_of_it"


@pytest.fixture
def furnished(live_tenant: TenantFacts, settings: Any, tmp_path: Path, now: datetime) -> Iterator[TenantFacts]:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    furnish(live_tenant, now=now)
    yield live_tenant
    drop_loaded_schema(COPY)


@pytest.fixture
def archive(furnished: TenantFacts, tmp_path: Path, now: datetime) -> Path:
    path = tmp_path / "archive.zip"
    written(furnished, path, purpose=Purpose.MOVE, now=now)
    return path


def load(path: Path, uuid: UUID, schema: str = COPY) -> Manifest:
    with opened_archive(path, uuid=uuid) as archive:
        load_tables(archive, schema=schema, role=role_name(get_tenant(uuid).schema_name), tell=lambda done, total: None)
        return archive.manifest


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The archive with members changed (or left out), its own checks right again."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                copy.writestr(name, content)
    return target


def edited(path: Path, **changes: Any) -> Path:
    def change(name: str, content: bytes) -> bytes:
        return json.dumps({**json.loads(content), **changes}).encode() if name == MANIFEST else content

    return rewritten(path, change)


def test_everything_comes_back_equal(furnished: TenantFacts, archive: Path) -> None:
    before = contents(furnished.schema_name)
    manifest = load(archive, furnished.uuid)
    assert contents(COPY) == before
    assert positions(COPY) == positions(furnished.schema_name)
    assert structure(COPY) == structure(furnished.schema_name)
    assert {table.name: table.rows for table in manifest.tables}["people_person"] == 30
    assert [alarm.key for alarm in manifest.alarms if alarm.kind == "archive.test"] == ["7"]


def test_files_come_back_equal_with_accents_and_of_no_byte(
    furnished: TenantFacts, archive: Path, tmp_path: Path
) -> None:
    elsewhere = FolderStore(tmp_path / "elsewhere")
    prefix = f"tenants/{furnished.uuid}/"
    for _twice in range(2):
        with opened_archive(archive, uuid=furnished.uuid) as opened:
            load_files(opened, elsewhere, prefix=prefix, tell=lambda done, total: None)
        assert files_under(elsewhere, prefix) == FILES
    assert delete_all(elsewhere, prefix) == len(FILES)


def test_the_ledger_is_append_only_again_after_a_load(furnished: TenantFacts, archive: Path) -> None:
    load(archive, furnished.uuid)
    with owner_connection() as owner, pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("DELETE FROM c_copy_of_it.consent_consententry")


def test_a_loaded_schema_goes_on_counting_where_it_was(furnished: TenantFacts, archive: Path) -> None:
    load(archive, furnished.uuid)
    last = Person.objects.latest("id").pk
    with owner_connection() as owner:
        query = "INSERT INTO c_copy_of_it.people_person (first_name) VALUES ('Nouvelle') RETURNING id"
        row = owner.execute(query).fetchone()
    assert row == (last + 1,)


def test_the_archive_is_of_one_moment_and_touches_nobody_else(furnished: TenantFacts, archive: Path) -> None:
    other = get_tenant(OTHER)
    theirs = contents(other.schema_name)
    Person.objects.update(first_name="Later")
    load(archive, furnished.uuid)
    assert contents(other.schema_name) == theirs
    with owner_connection() as owner:
        names = owner.execute("SELECT count(*) FROM c_copy_of_it.people_person WHERE first_name = 'Later'")
        assert names.fetchone() == (0,)


def test_nobody_but_the_tenants_role_may_use_the_loaded_schema(furnished: TenantFacts, archive: Path) -> None:
    load(archive, furnished.uuid)
    query = "SELECT has_schema_privilege(%s, %s, 'USAGE'), has_table_privilege(%s, %s, 'INSERT')"
    table = "c_copy_of_it.people_person"
    with owner_connection() as owner:
        answers = []
        for tenant in (furnished, get_tenant(OTHER)):
            role = role_name(tenant.schema_name)
            answers.append(owner.execute(query, [role, COPY, role, table]).fetchone())
    assert answers == [(True, True), (False, False)]


def test_an_export_opens_no_door_and_can_be_read(furnished: TenantFacts, tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "export.zip"
    manifest = written(furnished, path, purpose=Purpose.EXPORT, now=now)
    assert manifest.left_out == ["django_session", "factors_authenticatorapp", "factors_recoverycode"]
    with zipfile.ZipFile(path) as members:
        assert members.testzip() is None
        names = members.namelist()
        assert set(names).isdisjoint(f"tables/{table}.csv" for table in manifest.left_out)
        assert b"scrypt" not in members.read("tables/users_user.csv")
        introduction = members.read("LISEZ-MOI.txt").decode()
        people = list(csv.DictReader(io.StringIO(members.read("lisible/people.csv").decode("utf-8-sig"))))
        told = json.loads(members.read("lisible/people.json"))
        notes = json.loads(members.read("lisible/notes.json"))
    assert {"lisible/consents.csv", "lisible/activities.json", "lisible/messages.csv", "lisible/pages.json"} <= set(
        names
    )
    assert "Demain" in introduction
    assert "empreinte SHA-256" in introduction
    assert "Keep it encrypted" in introduction
    assert [person["Adresse e-mail"] for person in people] == [f"p{number}@example.org" for number in range(30)]
    assert people[0]["Nom"] == AWKWARD
    assert people[0]["Profession"] == "'=HYPERLINK(1)"
    assert (told[0]["last_name"], told[0]["occupation"]) == (AWKWARD, "=HYPERLINK(1)")
    assert max(len(note["text"]) for note in notes) == LARGE


def test_an_export_can_be_taken_up_again_with_new_passwords(
    furnished: TenantFacts, tmp_path: Path, now: datetime
) -> None:
    path = tmp_path / "export.zip"
    written(furnished, path, purpose=Purpose.EXPORT, now=now)
    load(path, furnished.uuid)
    with owner_connection() as owner:
        assert owner.execute("SELECT password FROM c_copy_of_it.users_user").fetchall() == [("!",)]
    before, after = contents(furnished.schema_name), contents(COPY)
    assert {name for name in before if before[name] != after[name]} <= {"users_user", *DOORS}


@pytest.mark.parametrize("cut", [0.2, 0.9, 0.999])
def test_a_cut_archive_is_refused_and_leaves_nothing(furnished: TenantFacts, archive: Path, cut: float) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * cut)])
    before = schemas()
    with pytest.raises(ArchiveForeign):
        load(archive, furnished.uuid)
    assert schemas() == before


def test_one_flipped_byte_is_found_and_leaves_nothing(furnished: TenantFacts, archive: Path) -> None:
    with zipfile.ZipFile(archive) as members:
        where = members.getinfo("tables/people_note.csv").header_offset + 5_000
    content = bytearray(archive.read_bytes())
    content[where] ^= 0xFF
    archive.write_bytes(content)
    before = schemas()
    with pytest.raises(ArchiveDamaged):
        load(archive, furnished.uuid)
    assert schemas() == before


def test_a_changed_row_is_found_though_the_file_is_whole(furnished: TenantFacts, archive: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        return (
            content.replace(b"p7@example.org", b"p8@example.com")
            if name == "tables/people_emailaddress.csv"
            else content
        )

    before = schemas()
    with pytest.raises(ArchiveDamaged, match="people_emailaddress"):
        load(rewritten(archive, change), furnished.uuid)
    assert schemas() == before


def test_a_missing_member_is_found_before_anything_is_done(furnished: TenantFacts, archive: Path) -> None:
    missing = rewritten(archive, lambda name, content: None if name == "fichiers/documents/vide.txt" else content)
    with pytest.raises(ArchiveDamaged, match=r"vide\.txt"):
        load(missing, furnished.uuid)


def test_foreign_archives_are_refused(furnished: TenantFacts, archive: Path, tmp_path: Path, settings: Any) -> None:
    no_zip = tmp_path / "letter.zip"
    no_zip.write_text("Dear campaign")
    with pytest.raises(ArchiveForeign, match="no archive"):
        load(no_zip, furnished.uuid)
    with pytest.raises(ArchiveForeign, match="not ours"):
        load(edited(archive, format="something else"), furnished.uuid)
    with pytest.raises(ArchiveForeign, match="another campaign"):
        load(archive, OTHER)
    with pytest.raises(ArchiveVersionUnknown):
        load(edited(archive, format_version=2), furnished.uuid)
    with pytest.raises(ArchiveVersionUnknown, match="0123456789abcdef"):
        load(edited(archive, schema_version="0123456789abcdef"), furnished.uuid)
    settings.LASTING_KEY = "another installation's"
    with pytest.raises(ArchiveForeign, match="suppression"):
        load(archive, furnished.uuid)


def test_a_file_cannot_climb_out_of_its_folder(furnished: TenantFacts, archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as members:
        files = json.loads(members.read(MANIFEST))["files"]
    climbing = [{**file, "name": f"../{file['name']}"} for file in files[:1]]

    def change(name: str, content: bytes) -> bytes:
        return json.dumps({**json.loads(content), "files": climbing}).encode() if name == MANIFEST else content

    changed = rewritten(archive, change)
    with zipfile.ZipFile(changed, "a") as members:
        members.writestr(f"fichiers/{climbing[0]['name']}", b"x")
    with pytest.raises(ArchiveForeign, match="out of its folder"), opened_archive(changed, uuid=furnished.uuid):
        pytest.fail("a restoration would write it")


def test_what_unfolds_to_more_than_was_said_is_not_unfolded(furnished: TenantFacts, archive: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        return b"\0" * 50_000_000 if name == "tables/people_note.csv" else content

    with opened_archive(rewritten(archive, change), uuid=furnished.uuid) as opened:
        note = next(member for member in opened.contents() if member.name == "tables/people_note.csv")
        given: list[int] = []
        with pytest.raises(ArchiveDamaged):
            given.extend(len(block) for block in opened.blocks(note))
    assert sum(given) <= note.size


def test_a_full_disk_leaves_no_file_and_loses_nothing(furnished: TenantFacts, tmp_path: Path, now: datetime) -> None:
    before = contents(furnished.schema_name)
    store = FolderStore(tmp_path / "media")
    with pytest.raises(OSError, match="No space left"), store.writing("backups/x.zip") as sink:
        write_archive(tenant=furnished, purpose=Purpose.EXPORT, store=store, sink=Quota(sink), now=now)
    assert list(store.names("backups/")) == []
    with tenant_context(furnished):
        assert Person.objects.count() == 30
    assert contents(furnished.schema_name) == before


class Quota:
    """A disk that is full after 100 000 bytes."""

    def __init__(self, sink: Any) -> None:
        self.sink, self.left = sink, 100_000

    def write(self, data: bytes, /) -> int:
        self.left -= len(data)
        if self.left < 0:
            raise OSError(28, "No space left on device")
        return int(self.sink.write(data))

    def flush(self) -> None:
        self.sink.flush()
