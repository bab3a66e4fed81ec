"""A tenant brought back from a backup: beside what is there, then in its place.

What is replaced is kept, tables and files, until somebody says that it is right, or takes it back.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from psycopg import sql

from tenants.archive.backups import folder_of
from tenants.archive.carrying import carry_over
from tenants.archive.manifest import ArchiveRefused, Manifest
from tenants.archive.moving import replace_alarms
from tenants.archive.reading import (
    Archive,
    digest_of,
    drop_loaded_schema,
    load_tables,
    opened_archive,
    saved,
    write_file,
)
from tenants.archive.refusals import refused
from tenants.archive.stores import Store, cell_store, delete_all, tenant_prefix
from tenants.archive.writing import BLOCK, FOLDER
from tenants.backend.base import role_name
from tenants.context import public_context, tenant_context
from tenants.facts import TenantFacts
from tenants.hosts import announce_registry_change
from tenants.jobs.running import JobRefused, RunningJob
from tenants.models import Tenant
from tenants.owner import owner_connection, run_script
from tenants.provisioning import before, beside
from tenants.version import schema_version

SHIFTED = "shifted.json"


def prepare_restoration(job: RunningJob) -> None:
    """The backup in a schema of its own, compared, while the campaign goes on."""
    name = job.parameters["name"]
    if not name.startswith(folder_of(job.tenant_uuid)) or ".." in name:
        raise JobRefused("archive_foreign")
    tenant = job.tenant
    if _exists(before(tenant.schema_name)):
        raise JobRefused("restoration_unconfirmed")
    _take_files_back(tenant)  # of one that went no further than the files
    with _backup(job) as archive:
        load_tables(archive, schema=beside(tenant.schema_name), role=role_name(tenant.schema_name), tell=job.tell)
        job.keep(written_at=archive.manifest.written_at.isoformat())


def put_in_place(job: RunningJob) -> None:
    """Files first (what they replace is kept), then both schemas change names at one moment."""
    tenant = job.tenant
    with _backup(job) as archive:
        _shift_files(archive, tenant, job)
        if _exists(beside(tenant.schema_name)):
            _rename({tenant.schema_name: before(tenant.schema_name), beside(tenant.schema_name): tenant.schema_name})
        _take_over(archive.manifest, tenant)
        if _exists(before(tenant.schema_name)):
            with tenant_context(tenant), transaction.atomic():
                carry_over(before(tenant.schema_name), since=archive.manifest.written_at, now=timezone.now())
    _forget_caches(tenant)
    job.keep(restored_at=timezone.now().isoformat())


def confirm_restoration(job: RunningJob) -> None:
    """It is right: what was before goes, and with it the files that only it knew."""
    tenant, store = job.tenant, cell_store()
    drop_loaded_schema(before(tenant.schema_name))
    for name in _shifted(store, tenant).get("unknown", []):
        store.delete(tenant_prefix(tenant.uuid) + name)
    delete_all(store, _kept(tenant))


def undo_restoration(job: RunningJob) -> None:
    """It was wrong: what was before comes back, as it was."""
    tenant, store = job.tenant, cell_store()
    shifted = _shifted(store, tenant)
    if not shifted:
        return  # asked twice: it is as it was
    if _exists(before(tenant.schema_name)):
        drop_loaded_schema(beside(tenant.schema_name))
        _rename({tenant.schema_name: beside(tenant.schema_name), before(tenant.schema_name): tenant.schema_name})
    with public_context():
        Tenant.objects.filter(uuid=tenant.uuid).update(schema_version=shifted["schema_version"])
    drop_loaded_schema(beside(tenant.schema_name))
    _take_files_back(tenant)
    _forget_caches(tenant)


def _take_files_back(tenant: TenantFacts) -> None:
    store, prefix = cell_store(), tenant_prefix(tenant.uuid)
    shifted = _shifted(store, tenant)
    for name in shifted.get("replaced", []):
        store.copy(f"{_kept(tenant)}files/{name}", prefix + name)
    for name in shifted.get("added", []):
        store.delete(prefix + name)
    delete_all(store, _kept(tenant))


def _shift_files(archive: Archive, tenant: TenantFacts, job: RunningJob) -> None:
    """What happens to files is written down before it happens: a second try reads it and goes on."""
    store, prefix = cell_store(), tenant_prefix(tenant.uuid)
    wanted = {file.name: file for file in archive.manifest.files}
    if not _shifted(store, tenant):
        there = {stored.name.removeprefix(prefix): stored.size for stored in store.names(prefix)}
        there = {name: size for name, size in there.items() if not name.startswith(FOLDER)}
        plan = {
            "replaced": [n for n, file in wanted.items() if n in there and _differs(store, prefix + n, file.sha256)],
            "added": [name for name in wanted if name not in there],
            "unknown": [name for name in there if name not in wanted],
            "schema_version": tenant.schema_version,
        }
        for name in plan["replaced"]:
            store.copy(prefix + name, f"{_kept(tenant)}files/{name}")
        with store.writing(_kept(tenant) + SHIFTED) as sink:
            sink.write(json.dumps(plan).encode())
    plan = _shifted(store, tenant)
    names = [*plan["replaced"], *plan["added"]]
    for number, name in enumerate(names, 1):
        write_file(archive, wanted[name], store, prefix + name)
        job.tell(number, len(names))


def _take_over(manifest: Manifest, tenant: TenantFacts) -> None:
    with public_context(), transaction.atomic():
        Tenant.objects.filter(uuid=tenant.uuid).update(schema_version=schema_version())
        replace_alarms(manifest, tenant.schema_name)


def _forget_caches(tenant: TenantFacts) -> None:
    """Whatever was kept of the rows that are gone."""
    with tenant_context(tenant):
        forget = getattr(cache, "delete_pattern", None)
        if forget:
            forget("*")
        else:
            cache.clear()
    announce_registry_change()


@contextmanager
def _backup(job: RunningJob) -> Iterator[Archive]:
    try:
        with (
            cell_store().reading(job.parameters["name"]) as source,
            saved(iter(lambda: source.read(BLOCK), b"")) as path,
            opened_archive(path, uuid=job.tenant_uuid) as archive,
        ):
            yield archive
    except FileNotFoundError as error:
        raise JobRefused("backup_gone") from error
    except ArchiveRefused as error:
        raise refused(error) from error


def _rename(names: dict[str, str]) -> None:
    """One after the other, in one transaction."""
    with owner_connection() as owner, owner.transaction():
        for old, new in names.items():
            if owner.execute("SELECT to_regnamespace(%s) IS NOT NULL", [old]).fetchone() == (True,):
                statement = sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
                run_script(owner, statement.as_string(owner))


def _exists(schema: str) -> bool:
    with owner_connection() as owner:
        return owner.execute("SELECT to_regnamespace(%s) IS NOT NULL", [schema]).fetchone() == (True,)


def _differs(store: Store, name: str, sha256: str) -> bool:
    return digest_of(store, name) != sha256


def _shifted(store: Store, tenant: TenantFacts) -> dict[str, Any]:
    try:
        with store.reading(_kept(tenant) + SHIFTED) as source:
            return dict(json.loads(source.read()))
    except FileNotFoundError:
        return {}


def _kept(tenant: TenantFacts) -> str:
    return f"kept/{tenant.uuid}/"
