"""Bring a database up to the code that runs: extensions, tables of the role, and in a cell the template and every tenant."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tenants.fleet import FleetReport, migrate_tenants
from tenants.migrating import migrate_public
from tenants.owner import as_owner, owner_connection, run_script
from tenants.template import build_template
from tenants.version import schema_version

FOLDER = Path(__file__).parent
LOCK = 7_130_001  # of pg_advisory_lock: one preparation at a time in a database
WORKERS = 4
Say = Callable[[str], object]
_guards: list[Callable[[], None]] = []
_steps: list[Callable[[], None]] = []


class PreparationRefused(Exception):
    """This database, or this configuration, must not be prepared as the cell's own."""


def register_preparation(*, guard: Callable[[], None], step: Callable[[], None]) -> None:
    """What an app asks before a database is touched (it raises to refuse), and does once its registry is up to date."""
    _guards.append(guard)
    _steps.append(step)


def prepare_database(
    *, say: Say, workers: int = WORKERS, canaries: Collection[str] = (), only: Collection[str] = ()
) -> FleetReport:
    """Prepare the database of this role and say what is done on the way. A tenant that fails does not stop the others.

    Killed at any moment, it goes on where it stopped when it is run again. `only`: leave the other tenants as they are.
    """
    with _alone():
        _prepare_registry_and_template(say)
        if settings.ROLE == "control":
            return FleetReport(0, ())
        return migrate_tenants(say=say, workers=workers, canaries=canaries, only=only)


def prepare_without_tenants(*, say: Say) -> None:
    """All that new tenants need. Those that exist keep their maintenance page until the fleet is migrated."""
    with _alone():
        _prepare_registry_and_template(say)


def _prepare_registry_and_template(say: Say) -> None:
    with owner_connection() as owner:
        run_script(owner, (FOLDER / "prepare.sql").read_text())
    with as_owner():
        ran = migrate_public()
    if ran:
        say(f"Schema public: {ran} migrations")
    for step in _steps:
        step()
    if settings.ROLE == "control":
        return
    with owner_connection() as owner:
        run_script(owner, (FOLDER / "alarms.sql").read_text())
    if build_template():
        say(f"Template {schema_version()} made")


def refuse_other_role() -> None:
    """A cell's database holds the registry alone, the control plane's holds no registry, role `all` has both."""
    with owner_connection() as owner:
        row = owner.execute(
            "SELECT to_regclass('public.tenants_tenant') IS NOT NULL, to_regclass('public.controlplane_campaign') IS NOT NULL"
        ).fetchone()
    found = {(True, True): "all", (True, False): "cell", (False, True): "control"}.get(row or (False, False))
    if found and found != settings.ROLE:
        raise PreparationRefused(f"This database was made for the role {found}; ISOLOIR_ROLE is {settings.ROLE}.")


@contextmanager
def _alone() -> Iterator[None]:
    """The lock goes with the connection: a killed preparation holds nobody up."""
    refuse_other_role()
    for guard in _guards:
        guard()
    with owner_connection() as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield
