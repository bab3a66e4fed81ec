"""A campaign written whole into one file: tables, files, what a person can read, and the manifest.

A zip and not a tar: every computer opens it with a double click, single members can be taken out, and it is written as
a stream all the same (zip64, sizes after the data). Nothing is ever held whole, in memory or on a disk.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, Any, cast

import psycopg
from django.utils.translation import override

from tenants.archive import readable
from tenants.archive.manifest import MANIFEST, AlarmRow, Manifest, Member, Purpose, Table, fingerprint_of_keys
from tenants.archive.stores import Sink, Store, tenant_prefix
from tenants.archive.tables import CopyOut, layouts, selection, sequences, snapshot
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.models import Alarm

BLOCK = 256 << 10
LEVEL = 1  # of compression: three quarters of the gain for a quarter of the time
README = "LISEZ-MOI.txt"
TABLES = "tables/"
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
# An export leaves our hands: nothing in it opens a door. Its readers choose new passwords.
DOORS = frozenset({"django_session"})
HIDDEN = {"users_user": {"password": "!"}}

Tell = Callable[[int, int], object]  # done, of how many


def write_archive(
    *, tenant: TenantFacts, purpose: Purpose, store: Store, sink: Sink, now: datetime, tell: Tell | None = None
) -> Manifest:
    """Write the archive of a tenant into `sink` as it is at one moment. `tell` hears of every table and file."""
    with (
        snapshot(tenant.schema_name) as reader,
        zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive,
    ):
        writer = _Writer(archive, reader, tenant, purpose, store, tell or _nobody)
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

    def write(self, now: datetime) -> Manifest:
        manifest = Manifest(
            purpose=self.purpose,
            uuid=self.tenant.uuid,
            campaign=campaign_facts(self.tenant),
            schema_version=self.tenant.schema_version,
            keys=fingerprint_of_keys(self.tenant.uuid),
            written_at=now,
            sequences=sequences(self.reader, self.tenant.schema_name),
            alarms=_alarms(self.tenant),
            left_out=sorted(DOORS) if self.purpose == Purpose.EXPORT else [],
        )
        names = [
            stored.name
            for stored in self.store.names(tenant_prefix(self.tenant.uuid))
            if not self._is_archive(stored.name)
        ]
        self.total = len(names) + len(layouts(self.reader, self.tenant.schema_name))
        shown = list(self._readable(now)) if self.purpose == Purpose.EXPORT else []
        return replace(manifest, readable=shown, tables=list(self._tables()), files=list(self._files(names)))

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

    def _files(self, names: list[str]) -> Iterator[Member]:
        prefix = tenant_prefix(self.tenant.uuid)
        for name in names:
            own = name.removeprefix(prefix)
            with suppress(FileNotFoundError), self.store.reading(name) as source:  # deleted since: not of this moment
                yield replace(_write(self.archive, f"{FILES}{own}", _blocks(source)), name=own)
            self._step()

    def _is_archive(self, name: str) -> bool:
        return name.startswith(tenant_prefix(self.tenant.uuid) + FOLDER)

    def _step(self) -> None:
        self.done += 1
        self.tell(self.done, self.total)


def campaign_facts(tenant: TenantFacts) -> dict[str, Any]:
    return {
        "name": tenant.name,
        "slug": tenant.slug,
        "kind": tenant.kind,
        "language": tenant.language,
        "region": tenant.region,
        "cell": tenant.cell,
        "plan_name": tenant.plan_name,
        "contact_limit": tenant.contact_limit,
    }


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


def _nobody(_done: int, _total: int) -> None:
    """Nobody wants to know."""
