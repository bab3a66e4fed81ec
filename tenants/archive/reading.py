"""An archive read back: its tables into a schema of its own, its files into the store. All of it, or nothing."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from shared.scratch import scratch
from tenants.archive.manifest import (
    MANIFEST,
    ArchiveDamaged,
    ArchiveForeign,
    ArchiveVersionUnknown,
    Manifest,
    Member,
    Table,
    fingerprint_of_keys,
    read_manifest,
)
from tenants.archive.stores import Store
from tenants.archive.tables import AS_TEXT, Layout, checksum, copy_in, layouts, set_sequences
from tenants.archive.writing import FILES, Tell
from tenants.migrating import migrate_tenant_schema
from tenants.owner import as_owner, owner_connection, run_script
from tenants.provisioning import make_empty_schema
from tenants.template import TemplateMissing, template_sections
from tenants.version import schema_version

BLOCK = 256 << 10
LARGEST_MANIFEST = 256 << 20  # held in memory: a million files
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Archive:
    manifest: Manifest
    members: zipfile.ZipFile

    def contents(self) -> Iterator[Member]:
        yield from _members(self.manifest)
        yield from self.manifest.readable

    def blocks(self, member: Member) -> Iterator[bytes]:
        """The content of a member; raises ArchiveDamaged at its end at the latest when it is not what was written."""
        size, digest = 0, hashlib.sha256()
        try:
            with self.members.open(member.name) as source:
                while block := source.read(BLOCK):
                    size += len(block)
                    digest.update(block)
                    if size > member.size:  # at the most a block more than was said, whatever it would unfold to
                        raise ArchiveDamaged(member.name)
                    yield block
        except (*BROKEN, KeyError) as error:
            raise ArchiveDamaged(member.name) from error
        if (size, digest.hexdigest()) != (member.size, member.sha256):
            raise ArchiveDamaged(member.name)


@contextmanager
def opened_archive(path: Path, *, uuid: UUID) -> Iterator[Archive]:
    """The archive of this tenant. Raises ArchiveForeign, ArchiveDamaged or ArchiveVersionUnknown before anything is done."""
    if not zipfile.is_zipfile(path):
        raise ArchiveForeign("it is no archive, or its end is missing")
    try:
        members = zipfile.ZipFile(path)
    except BROKEN as error:
        raise ArchiveDamaged("its list of contents") from error
    with members:
        manifest = _manifest_of(members)
        if manifest.uuid != uuid:
            raise ArchiveForeign("it is another campaign's")
        if manifest.keys != fingerprint_of_keys(uuid):
            raise ArchiveForeign("it was written with another LASTING_KEY: its suppression list could not be read here")
        for file in manifest.files:
            _check_name(file.name)
        missing = {member.name for member in _members(manifest)} - set(members.namelist())
        if missing:
            raise ArchiveDamaged(min(missing))
        yield Archive(manifest, members)


@contextmanager
def saved(blocks: Iterable[bytes]) -> Iterator[Path]:
    """The blocks as a file on this machine, for as long as it is read."""
    with scratch("archive") as folder:
        path = folder / "archive.zip"
        with path.open("wb") as target:
            for block in blocks:
                target.write(block)
        yield path


def load_tables(archive: Archive, *, schema: str, role: str, tell: Tell) -> None:
    """Make the schema from the archive, in the tenant's role's hands, brought up to the code's version.

    One transaction: structure, rows, keys and triggers, sequences, then the same checksums read from the new tables. A
    schema left of an earlier attempt goes first.
    """
    manifest = archive.manifest
    try:
        before, after = template_sections(schema, manifest.schema_version)
    except TemplateMissing as error:
        raise ArchiveVersionUnknown(manifest.schema_version) from error
    with owner_connection() as owner:
        run_script(owner, AS_TEXT)
        with owner.transaction():
            make_empty_schema(owner, schema=schema, role=role)
            run_script(owner, before)
            _fill(owner, archive, schema, tell)
            run_script(owner, after)
            set_sequences(owner, schema, manifest.sequences)
            _compare(owner, manifest, schema, tell)
            mark_loaded(owner, schema, manifest)
    if manifest.schema_version != schema_version():
        _migrate(schema)


def load_files(archive: Archive, store: Store, *, prefix: str, tell: Tell) -> None:
    """Write every file under the prefix, unless the same one is there. Raises ArchiveDamaged when one is missing on both sides."""
    there = {stored.name: stored.size for stored in store.names(prefix)}
    elsewhere = set(archive.manifest.elsewhere)
    for number, file in enumerate(archive.manifest.files, 1):
        name = f"{prefix}{file.name}"
        if file.name in elsewhere:
            if there.get(name) != file.size:
                raise ArchiveDamaged(file.name)
        elif there.get(name) != file.size or digest_of(store, name) != file.sha256:
            write_file(archive, file, store, name)
        tell(number, len(archive.manifest.files))


def delete_others(archive: Archive, store: Store, *, prefix: str) -> None:
    """What lies under the prefix and is not in the archive: it was deleted since an earlier one."""
    wanted = {f"{prefix}{file.name}" for file in archive.manifest.files}
    for name in [stored.name for stored in store.names(prefix) if stored.name not in wanted]:
        store.delete(name)


def write_file(archive: Archive, file: Member, store: Store, name: str) -> None:
    with store.writing(name) as target:
        for block in archive.blocks(Member(f"{FILES}{file.name}", file.size, file.sha256)):
            target.write(block)


def digest_of(store: Store, name: str) -> str:
    digest = hashlib.sha256()
    with store.reading(name) as source:
        while block := source.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def mark_loaded(owner: psycopg.Connection[Any], schema: str, manifest: Manifest) -> None:
    """Which archive the schema is, in the transaction that made it so."""
    comment = sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(schema), sql.Literal(manifest.sums()))
    run_script(owner, comment.as_string(owner))


def drop_loaded_schema(schema: str) -> None:
    with owner_connection() as owner:
        run_script(owner, sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)).as_string(owner))


def _manifest_of(members: zipfile.ZipFile) -> Manifest:
    try:
        if members.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
            raise ArchiveForeign("its manifest is not ours")
        return read_manifest(members.read(MANIFEST))
    except KeyError as error:
        raise ArchiveForeign("it has no manifest") from error
    except BROKEN as error:
        raise ArchiveDamaged("its manifest") from error


def _members(manifest: Manifest) -> Iterator[Member]:
    yield from (table.member for table in manifest.tables)
    yield from (table.keys for table in manifest.tables if table.keys)
    inside = (file for file in manifest.files if file.name not in manifest.elsewhere)
    yield from (Member(f"{FILES}{file.name}", file.size, file.sha256) for file in inside)


def _fill(owner: psycopg.Connection[Any], archive: Archive, schema: str, tell: Tell) -> None:
    known = {layout.name: layout for layout in layouts(owner, schema)}
    tables = archive.manifest.tables
    if {table.name for table in tables} | set(archive.manifest.left_out) != set(known):
        raise ArchiveForeign("its tables are not those of its version")
    for number, table in enumerate(tables, 1):
        check_columns(table, known)
        try:
            into = sql.Identifier(schema, table.name)
            rows = copy_in(owner, into, table.columns, archive.blocks(table.member), is_new=True)
        except psycopg.DataError as error:
            raise ArchiveDamaged(table.member.name) from error
        if rows != table.rows:
            raise ArchiveDamaged(table.member.name)
        tell(number, 2 * len(tables))


def check_columns(table: Table, known: dict[str, Layout]) -> None:
    """Raises ArchiveForeign."""
    layout = known.get(table.name)
    if layout is None or set(table.columns) != set(layout.columns):
        raise ArchiveForeign("its tables are not those of its version")
    if set(table.order) - {*layout.columns, *layout.generated}:
        raise ArchiveForeign("its tables are not those of its version")


def _compare(owner: psycopg.Connection[Any], manifest: Manifest, schema: str, tell: Tell) -> None:
    """Read back what was written, the same way as its source was read."""
    known: dict[str, Layout] = {layout.name: layout for layout in layouts(owner, schema)}
    for number, table in enumerate(manifest.tables, 1):
        if checksum(owner, schema, known[table.name], table) != table.member.sha256:
            raise ArchiveDamaged(table.member.name)
        tell(len(manifest.tables) + number, 2 * len(manifest.tables))


def _migrate(schema: str) -> None:
    try:
        with as_owner():
            migrate_tenant_schema(schema)
    except BaseException:
        drop_loaded_schema(schema)
        raise


def _check_name(name: str) -> None:
    """A name below the tenant's folder, whatever the manifest says."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
        raise ArchiveForeign("a file's name leads out of its folder")
