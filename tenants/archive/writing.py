"""A campaign written whole into one file: tables, files, what a person can read, and the manifest.

A zip and not a tar: every computer opens it with a double click, single members can be taken out, and it is written as
a stream all the same (zip64, sizes after the data). Nothing is ever held whole, in memory or on a disk.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, Any, cast

import psycopg
from django.utils.translation import override

from tenants.archive import readable
from tenants.archive.changes import changed_keys, changed_tables, knows_every_change
from tenants.archive.manifest import MANIFEST, AlarmRow, Manifest, Member, Purpose, Table, fingerprint_of_keys
from tenants.archive.stores import Sink, Store, tenant_prefix
from tenants.archive.tables import CopyOut, as_copy, counts, layouts, selection, sequences, snapshot
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.models import Alarm, Domain, Tenant

BLOCK = 256 << 10
LEVEL = 1  # of compression: three quarters of the gain for a quarter of the time
README = "LISEZ-MOI.txt"
TABLES = "tables/"
KEYS = "keys/"
FILES = "fichiers/"
SQUEEZED = (
    ".avif",
    ".docx",
    ".gif",
    ".gz",
    ".jpeg",
    ".jpg",
    ".mp3",
    ".mp4",
    ".ods",
    ".odt",
    ".pdf",
    ".png",
    ".pptx",
    ".webm",
    ".webp",
    ".xlsx",
    ".zip",
)
FOLDER = "exports/"  # archives do not hold archives
# An export leaves our hands: nothing in it opens a door. Its readers choose new passwords, and set up new second factors.
DOORS = frozenset({"django_session", "factors_authenticatorapp", "factors_recoverycode"})
HIDDEN = {"users_user": {"password": "!"}}

# What the registry of a cell says of a campaign, and of each of its domains.
FACTS = ("name", "slug", "kind", "language", "region", "cell", "plan_name", "contact_limit", "limits_sequence")
FACTS_OF_DOMAIN = ("domain", "is_primary", "kind", "token")

Tell = Callable[[int, int], object]  # done, of how many


@dataclass(frozen=True, slots=True)
class Earlier:
    """An archive that the reader has read already, and whether its tables can be brought up to date there."""

    manifest: Manifest
    takes_changes: bool


def write_archive(
    *,
    tenant: TenantFacts,
    purpose: Purpose,
    store: Store,
    sink: Sink,
    now: datetime,
    tell: Tell | None = None,
    known: Earlier | None = None,
) -> Manifest:
    """Write the archive of a tenant into `sink` as it is at one moment. `tell` hears of every table and file.

    The files of a `known` archive are listed and not written again: a name never gets another content. If its tables take
    changes, of them only the rows are written that are noted as changed since (`watch_changes`).
    """
    with (
        snapshot(tenant.schema_name) as reader,
        zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive,
    ):
        writer = _Writer(archive, reader, tenant, purpose, store, tell or nobody)
        if known:
            writer.known = {(file.name, file.size): file for file in known.manifest.files}
            goes_on = known.takes_changes and knows_every_change(reader, tenant.schema_name)
            writer.base = known.manifest.sums() if goes_on else ""
        manifest = writer.write(now)
        _write(archive, MANIFEST, [manifest.as_json()])
    return manifest


class _Writer:
    def __init__(
        self,
        archive: zipfile.ZipFile,
        reader: psycopg.Connection[Any],
        tenant: TenantFacts,
        purpose: Purpose,
        store: Store,
        tell: Tell,
    ) -> None:
        self.archive, self.reader, self.tenant, self.purpose, self.store = archive, reader, tenant, purpose, store
        self.tell, self.done, self.total = tell, 0, 0
        self.known: dict[tuple[str, int], Member] = {}
        self.base = ""

    def write(self, now: datetime) -> Manifest:
        is_export, schema = self.purpose == Purpose.EXPORT, self.tenant.schema_name
        manifest = Manifest(
            purpose=self.purpose,
            uuid=self.tenant.uuid,
            campaign=campaign_facts(self.tenant),
            schema_version=self.tenant.schema_version,
            keys=fingerprint_of_keys(self.tenant.uuid),
            written_at=now,
            sequences=sequences(self.reader, schema),
            alarms=_alarms(self.tenant),
            left_out=sorted(DOORS) if is_export else [],
        )
        prefix = tenant_prefix(self.tenant.uuid)
        files = [file for file in self.store.names(prefix) if not file.name.startswith(prefix + FOLDER)]
        own = {file.name.removeprefix(prefix): file.size for file in files}
        known = [self.known[file] for file in own.items() if file in self.known]
        self.total = len(own) - len(known) + len(layouts(self.reader, schema))
        shown = list(self._readable(now)) if is_export else []
        tables = list(self._changes() if self.base else self._tables())
        written = list(self._files(own.keys() - {file.name for file in known}))
        elsewhere = sorted(file.name for file in known)
        manifest = replace(manifest, readable=shown, tables=tables, files=[*known, *written], elsewhere=elsewhere)
        return replace(manifest, base=self.base, counts=counts(self.reader, schema)) if self.base else manifest

    def _readable(self, now: datetime) -> Iterator[Member]:
        with override(self.tenant.language):
            context = {"tenant": self.tenant, "now": now, "folder": readable.FOLDER}
            yield _write(self.archive, README, [readable.introduction(context)])
            for one in readable.readables():
                base = f"{readable.FOLDER}/{one.name}"
                yield _write(self.archive, f"{base}.csv", readable.as_csv(self.reader, one))
                yield _write(self.archive, f"{base}.json", readable.as_json(self.reader, one))

    def _tables(self) -> Iterator[Table]:
        for layout in layouts(self.reader, self.tenant.schema_name):
            is_export = self.purpose == Purpose.EXPORT
            if not (is_export and layout.name in DOORS):
                hidden = HIDDEN.get(layout.name, {}) if is_export else {}
                query = selection(self.tenant.schema_name, layout, layout.columns, layout.order, hidden=hidden)
                rows = CopyOut(self.reader, query)
                member = _write(self.archive, f"{TABLES}{layout.name}.csv", rows)
                yield Table(layout.name, layout.columns, layout.order, rows.rows, member)
            self._step()

    def _changes(self) -> Iterator[Table]:
        """Of each table that changed, the keys that were touched, and the rows that they now have."""
        schema = self.tenant.schema_name
        for layout in changed_tables(self.reader, schema):
            keys = changed_keys(schema, layout)
            touched = _write(self.archive, f"{KEYS}{layout.name}.csv", CopyOut(self.reader, as_copy(keys)))
            rows = CopyOut(self.reader, selection(schema, layout, layout.columns, layout.order, among=keys))
            member = _write(self.archive, f"{TABLES}{layout.name}.csv", rows)
            yield Table(layout.name, layout.columns, layout.order, rows.rows, member, touched)
            self._step()

    def _files(self, names: Iterable[str]) -> Iterator[Member]:
        prefix = tenant_prefix(self.tenant.uuid)
        for name in sorted(names):
            with (
                suppress(FileNotFoundError),
                self.store.reading(prefix + name) as source,
            ):  # gone since: not of this moment
                yield replace(_write(self.archive, f"{FILES}{name}", _blocks(source)), name=name)
            self._step()

    def _step(self) -> None:
        self.done += 1
        self.tell(self.done, self.total)


def campaign_facts(tenant: TenantFacts) -> dict[str, Any]:
    """What the registry of a cell says of the tenant, for the registry of another one."""
    with public_context():
        facts = dict(Tenant.objects.values(*FACTS).get(uuid=tenant.uuid))
        domains = Domain.objects.filter(tenant__uuid=tenant.uuid).order_by("domain")
        return {**facts, "domains": list(domains.values(*FACTS_OF_DOMAIN))}


def _write(archive: zipfile.ZipFile, name: str, blocks: Iterable[bytes]) -> Member:
    size, digest = 0, hashlib.sha256()
    is_squeezed = PurePosixPath(name).suffix.lower() in SQUEEZED
    entry: str | zipfile.ZipInfo = zipfile.ZipInfo(name) if is_squeezed else name
    with archive.open(entry, "w", force_zip64=True) as member:
        for block in blocks:
            size += len(block)
            digest.update(block)
            member.write(block)
    return Member(name, size, digest.hexdigest())


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    while block := source.read(BLOCK):
        yield block


def _alarms(tenant: TenantFacts) -> list[AlarmRow]:
    with public_context():
        rows = Alarm.objects.filter(schema_name=tenant.schema_name).order_by("kind", "key")
        return [AlarmRow(row.kind, row.key, row.due_at) for row in rows]


def nobody(_done: int, _total: int) -> None:
    """Nobody wants to know."""
