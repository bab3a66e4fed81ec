"""Bringing every tenant of the cell to the code's version: canaries first, in parallel, to be killed and run again at any time."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import psycopg
from django.utils import timezone

from tenants.context import public_context
from tenants.enums import MigrationState, TenantState
from tenants.fleet_news import report_progress
from tenants.hosts import announce_registry_change
from tenants.migrating import Migrator
from tenants.models import MigrationRun, Tenant
from tenants.owner import owner_connection
from tenants.recording import Changes, record_changes
from tenants.replaying import Failure, bring_up_to_date
from tenants.version import schema_version

logger = logging.getLogger(__name__)
BATCH = 25  # a backend remembers every schema that it touched: a new connection for each batch
AWAY = (TenantState.MOVING, TenantState.MOVED, TenantState.ERASED)
TRIES = 3  # of a tenant whose tables are held by a long transaction
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Batch:
    changes: Changes
    tenants: Sequence[Tenant]


@dataclass(frozen=True, slots=True)
class Outcome:
    tenant: Tenant
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class FleetReport:
    done: int
    failures: Sequence[Outcome]
    is_stopped: bool = False

    @property
    def is_good(self) -> bool:
        return not self.failures and not self.is_stopped

    def __str__(self) -> str:
        words = f"{self.done} tenants migrated, {len(self.failures)} failed"
        return f"{words}; stopped at a canary" if self.is_stopped else words


def tenants_behind() -> list[Tenant]:
    """Those whose schema is older than the code, but for those whose schema is elsewhere or about to be."""
    with public_context():
        behind = Tenant.objects.exclude(schema_version__in=[schema_version(), ""])
        return list(behind.exclude(state__in=AWAY).order_by("schema_version", "pk"))


def migrate_tenants(
    *, say: Say, workers: int, canaries: Collection[str] = (), only: Collection[str] = ()
) -> FleetReport:
    """Migrate every tenant that is behind. One that fails keeps its maintenance page and stops nobody, unless it is a canary.

    The caller holds the cell's preparation lock, and the template of this version stands. `canaries`, `only`: slugs or UUIDs;
    what operators have named in the console is a canary too.
    """
    behind = [tenant for tenant in tenants_behind() if not only or _is_named(tenant, only)]
    if not behind:
        return FleetReport(0, ())
    fleet = _Fleet(say, workers, _run_for(behind))
    first = [tenant for tenant in behind if tenant.is_canary or _is_named(tenant, canaries)]
    if fleet.migrate(first):
        return fleet.finish(MigrationState.STOPPED)
    rest = [tenant for tenant in behind if tenant not in first]
    return fleet.finish(MigrationState.FAILED if fleet.migrate(rest) else MigrationState.DONE)


def _is_named(tenant: Tenant, names: Collection[str]) -> bool:
    return tenant.slug in names or str(tenant.uuid) in names


def _run_for(behind: Sequence[Tenant]) -> MigrationRun:
    """The run that was killed on this version, or a new one."""
    with public_context():
        run, is_new = MigrationRun.objects.get_or_create(version=schema_version(), finished_at=None)
        others = MigrationRun.objects.filter(finished_at=None).exclude(
            pk=run.pk
        )  # of a version that nobody runs any more
        others.update(state=MigrationState.FAILED, finished_at=timezone.now())
        run.done = 0 if is_new else max(0, run.total - len(behind))
        run.done_before, run.failed, run.total = run.done, 0, run.done + len(behind)
        run.started_at = run.touched_at = timezone.now()
        run.save()
    return run


class _Fleet:
    def __init__(self, say: Say, workers: int, run: MigrationRun) -> None:
        self.say, self.workers, self.run = say, workers, run
        self.failures: list[Outcome] = []
        self.changes: dict[str, Changes] = {}

    def migrate(self, tenants: Sequence[Tenant]) -> bool:
        """Returns whether one failed."""
        for attempt in range(1, TRIES + 1):
            busy = self._pass(tenants, is_last=attempt == TRIES)
            if not busy:
                break
            self.say(f"{len(busy)} tenants are busy: tried again")
            tenants = busy
        return bool(self.failures)

    def _pass(self, tenants: Sequence[Tenant], *, is_last: bool) -> list[Tenant]:
        busy: list[Tenant] = []
        with ThreadPoolExecutor(self.workers) as pool:
            for future in as_completed([pool.submit(_migrate_batch, batch) for batch in self._batches(tenants)]):
                outcomes = future.result()
                late = [one.tenant for one in outcomes if one.failure and one.failure.is_busy and not is_last]
                busy += late
                self._note([one for one in outcomes if one.tenant not in late])
        return busy

    def _batches(self, tenants: Sequence[Tenant]) -> Iterator[Batch]:
        for version, group in groupby(tenants, key=lambda tenant: tenant.schema_version):
            members = list(group)
            if version not in self.changes:
                self.changes[version] = record_changes(version)
                how = "SQL replayed" if self.changes[version].can_be_replayed else "migrations run one by one"
                self.say(f"From {version}: {len(members)} tenants, {how}")
            size = max(1, min(BATCH, len(members) // self.workers))
            for start in range(0, len(members), size):
                yield Batch(self.changes[version], members[start : start + size])

    def _note(self, outcomes: Sequence[Outcome]) -> None:
        failed = [one for one in outcomes if one.failure]
        self.failures += failed
        self.run.done += len(outcomes) - len(failed)
        self.run.failed += len(failed)
        self.run.touched_at = timezone.now()
        reasons = [(one.tenant, one.failure.words) for one in outcomes if one.failure]
        with public_context():
            self.run.save(update_fields=["done", "failed", "touched_at"])
            for tenant, words in reasons:
                Tenant.objects.filter(pk=tenant.pk).update(migration_error=words)
        announce_registry_change()
        arrived = [one.tenant for one in outcomes if not one.failure]
        report_progress(self.run, migrated=arrived, failures=reasons, now=self.run.touched_at)
        for tenant, words in reasons:
            self.say(f"{tenant.schema_name}: FAILED ({words}), its maintenance page stays")
        self.say(_progress(self.run))

    def finish(self, state: MigrationState) -> FleetReport:
        self.run.state, self.run.finished_at = state, timezone.now()
        with public_context():
            self.run.save(update_fields=["state", "finished_at"])
        report_progress(self.run, now=self.run.finished_at)
        return FleetReport(self.run.done, self.failures, is_stopped=state == MigrationState.STOPPED)


def _migrate_batch(batch: Batch) -> list[Outcome]:
    migrator = Migrator()
    with owner_connection() as owner:
        return [_migrate_one(owner, tenant, batch.changes, migrator) for tenant in batch.tenants]


def _migrate_one(owner: psycopg.Connection[Any], tenant: Tenant, changes: Changes, migrator: Migrator) -> Outcome:
    try:
        bring_up_to_date(owner, tenant, changes, migrator)
    except Exception as error:  # noqa: BLE001 -- one tenant's trouble is not the others'
        failure = Failure.of(error)
        logger.error("The migration of %s failed: %s", tenant.schema_name, failure.words)  # noqa: TRY400 -- the traceback quotes data
        return Outcome(tenant, failure)
    return Outcome(tenant)


def _progress(run: MigrationRun) -> str:
    left = "" if run.seconds_left is None else f", {run.seconds_left:.0f} s left"
    return f"{run.done} of {run.total} migrated, {run.failed} failed, {run.rate:.1f} a second{left}"
