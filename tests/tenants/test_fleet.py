import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from kombu.exceptions import OperationalError
from psycopg import sql

from crm.segments.models import Segment
from tenants import fleet_news
from tenants.backend.base import role_name
from tenants.bus import MigrationProgress
from tenants.context import public_context, tenant_context
from tenants.enums import MigrationState, TenantState
from tenants.facts import TenantFacts
from tenants.fleet import FleetReport, tenants_behind
from tenants.migrating import ExtensionInTenant, migrate_tenant_schema, refuse_extensions
from tenants.models import MigrationRun, Template, Tenant
from tenants.owner import as_owner, owner_connection, run_script
from tenants.preparing import prepare_database
from tenants.queries import get_tenant, tenants_in_cell
from tenants.recording import record_changes
from tenants.replaying import Failure
from tenants.tasks import migrate_tenant_task
from tenants.version import schema_version
from tests.conftest import TenantClient
from tests.database import OTHER, ROOT, TENANT
from tests.tenants.conftest import COLUMN, EVERYTHING, FILL, NextVersion

pytestmark = pytest.mark.usefixtures("live_database")
# Columns in their order, constraints, indexes, triggers, sequences, and the rows that Django's signals make.
FINGERPRINT = [
    "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text, pg_get_expr(d.adbin, d.adrelid),"
    " row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum)"
    " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
    " WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped",
    "SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = %s::regnamespace",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %s",
    "SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE NOT tgisinternal AND c.relnamespace = %s::regnamespace",
    "SELECT sequencename, data_type::text, start_value, increment_by FROM pg_sequences WHERE schemaname = %s",
]
ROWS = [
    "SELECT id, app_label, model FROM {}.django_content_type",
    "SELECT id, name, content_type_id, codename FROM {}.auth_permission",
    "SELECT app, name FROM {}.django_migrations",
    "SELECT last_value, is_called FROM {}.django_content_type_id_seq",
    "SELECT last_value, is_called FROM {}.auth_permission_id_seq",
]


def fingerprint(schema: str) -> set[tuple[str, ...]]:
    with owner_connection() as owner:
        rows = [row for query in FINGERPRINT for row in owner.execute(sql.SQL(query), [schema]).fetchall()]
        for query in ROWS:
            rows += owner.execute(sql.SQL(query).format(sql.Identifier(schema))).fetchall()
    return {tuple(str(value).replace(f"{schema}.", "").replace(f'"{schema}".', "") for value in row) for row in rows}


def prepare(**options: Any) -> FleetReport:
    return prepare_database(say=lambda line: None, **options)


def add_segment(tenant: TenantFacts, now: datetime, name: str = "Voisins") -> None:
    with tenant_context(tenant):
        Segment.objects.create(name=name, created_at=now, changed_at=now)


def colors(tenant: TenantFacts) -> list[str]:
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute("SELECT color FROM segments_segment ORDER BY id")
        return [color for (color,) in cursor.fetchall()]


def versions() -> set[str]:
    return {tenant.schema_version for tenant in tenants_in_cell()}


@pytest.fixture
def folder_model(live_database: None) -> Iterator[None]:
    """A model that the next version of the code has: its content type and permissions are new in every tenant."""
    type(
        "Folder",
        (models.Model,),
        {"__module__": "crm.segments.models", "Meta": type("Meta", (), {"app_label": "segments"})},
    )
    yield
    del apps.all_models["segments"]["folder"]
    apps.clear_cache()


@pytest.fixture
def freshly_migrated(live_database: None) -> str:
    """A schema to be made by the migrations themselves."""
    with owner_connection() as owner:
        run_script(owner, "CREATE SCHEMA c_fresh")
    return "c_fresh"


@pytest.mark.long
def test_a_replayed_tenant_equals_the_template_and_a_new_one_migrated_from_nothing(
    next_version: NextVersion, folder_model: None, freshly_migrated: str, now: datetime
) -> None:
    add_segment(get_tenant(TENANT), now)
    before, old = fingerprint(get_tenant(TENANT).schema_name), schema_version()
    version = next_version(EVERYTHING)
    assert prepare().done == 2
    assert record_changes(old).can_be_replayed
    assert versions() == {version}
    first, second = (fingerprint(tenant.schema_name) for tenant in tenants_in_cell())
    assert first == second == fingerprint("isoloir_template_schema")
    new = {row for row in first - before if "folder" in " ".join(row) or "color" in " ".join(row)}
    assert any(row[1:] == ("segments", "folder") for row in new)
    assert {row[3] for row in new if len(row) == 4} >= {"add_folder", "view_folder"}
    with as_owner():
        migrate_tenant_schema(freshly_migrated)
    structure = {row for row in fingerprint(freshly_migrated) if len(row) == 3 and row[0].startswith("segments_")}
    assert structure == {row for row in first if len(row) == 3 and row[0].startswith("segments_")}
    assert colors(get_tenant(TENANT)) == ["100 %"]


def test_a_tenant_of_a_version_without_a_template_is_migrated_by_itself(
    next_version: NextVersion, folder_model: None
) -> None:
    """It came from another cell: nothing here tells what its version looked like."""
    with public_context():
        Tenant.objects.filter(uuid=OTHER).update(schema_version="elsewhere")
    next_version(EVERYTHING)
    said: list[str] = []
    assert prepare_database(say=said.append).done == 2
    assert "From elsewhere: 1 tenants, migrations run one by one" in said
    first, second = (fingerprint(tenant.schema_name) for tenant in tenants_in_cell())
    assert first == second


def test_the_runtime_role_may_use_what_a_migration_made(next_version: NextVersion, folder_model: None) -> None:
    next_version(EVERYTHING)
    assert prepare().is_good
    tenant = get_tenant(TENANT)
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (role_name(tenant.schema_name),)
        cursor.execute("INSERT INTO segments_folder (id, name) VALUES (1, 'Porte-à-porte') RETURNING name")
        assert cursor.fetchone() == ("Porte-à-porte",)


@pytest.mark.parametrize(
    "operations",
    [
        COLUMN + FILL,
        COLUMN + "migrations.SeparateDatabaseAndState([" + FILL + "]),",
        'migrations.AddField("segment", "color", models.UUIDField(default=uuid.uuid4)),',
    ],
)
def test_what_is_no_sql_runs_in_every_tenant_by_itself(
    operations: str, next_version: NextVersion, now: datetime
) -> None:
    old = schema_version()
    for uuid in (TENANT, OTHER):
        add_segment(get_tenant(uuid), now)
    version = next_version(operations)
    assert prepare().is_good
    assert not record_changes(old).can_be_replayed
    assert versions() == {version}
    found = [colors(get_tenant(uuid)) for uuid in (TENANT, OTHER)]
    assert found == [["red"], ["red"]] if FILL in operations else found[0] != found[1]


def test_one_tenants_failure_stops_nobody_quotes_no_data_and_can_be_tried_again(
    next_version: NextVersion, now: datetime
) -> None:
    broken, good = get_tenant(TENANT), get_tenant(OTHER)
    add_segment(broken, now, "ada@example.org")
    version = next_version(
        'migrations.RunSQL("CREATE UNIQUE INDEX segments_more ON segments_segment ((name = name))"),'
        "migrations.RunSQL(\"ALTER TABLE segments_segment ADD CONSTRAINT segments_empty CHECK (name = '')\"),"
    )
    report = prepare()
    assert [(one.tenant.uuid, one.failure) for one in report.failures] == [
        (TENANT, Failure("CheckViolation 23514 segments_empty", is_busy=False))
    ]
    assert (get_tenant(OTHER).schema_version, get_tenant(TENANT).schema_version == version) == (version, False)
    with public_context():
        run = MigrationRun.objects.get()
        assert (run.state, run.total, run.done, run.failed) == (MigrationState.FAILED, 2, 1, 1)
        assert Tenant.objects.get(uuid=TENANT).migration_error == "CheckViolation 23514 segments_empty"
    assert TenantClient(broken.primary_host).get("/").status_code == 503
    assert TenantClient(good.primary_host).get("/").status_code == 200
    with tenant_context(broken):
        Segment.objects.all().delete()
    assert prepare(only=[broken.slug]).is_good
    with public_context():
        assert Tenant.objects.get(uuid=TENANT).migration_error == ""
    assert TenantClient(broken.primary_host).get("/").status_code == 200


@pytest.mark.parametrize("in_the_console", [True, False])
def test_a_canary_that_fails_stops_the_run_before_anybody_else(
    next_version: NextVersion, now: datetime, *, in_the_console: bool
) -> None:
    add_segment(get_tenant(TENANT), now)
    with public_context():
        Tenant.objects.filter(uuid=TENANT).update(is_canary=in_the_console)
    next_version("migrations.RunSQL(\"ALTER TABLE segments_segment ADD CONSTRAINT segments_empty CHECK (name = '')\"),")
    report = prepare(canaries=[] if in_the_console else ["demain"])
    assert (report.is_stopped, report.done) == (True, 0)
    assert {tenant.uuid for tenant in tenants_behind()} == {TENANT, OTHER}
    with public_context():
        assert MigrationRun.objects.get().state == MigrationState.STOPPED


def test_tenants_of_several_versions_arrive_at_the_same(next_version: NextVersion) -> None:
    next_version(COLUMN)
    prepare(only=["demain"])
    version = next_version('migrations.RemoveField("segment", "color"),')
    assert len({tenant.schema_version for tenant in tenants_behind()}) == 2
    assert prepare().done == 2
    assert versions() == {version}
    first, second = (fingerprint(tenant.schema_name) for tenant in tenants_in_cell())
    assert first == second
    with public_context():
        assert Template.objects.count() == 3


def test_a_tenant_that_stands_between_two_versions_is_not_replayed_but_finished(next_version: NextVersion) -> None:
    """As after a kill between two migrations that ran by themselves."""
    next_version(COLUMN)
    with as_owner():
        migrate_tenant_schema(get_tenant(TENANT).schema_name)
    next_version('migrations.AddField("segment", "more", models.CharField(max_length=20, default="")),')
    assert prepare().done == 2
    first, second = (fingerprint(tenant.schema_name) for tenant in tenants_in_cell())
    assert {row for row in first if row[0] == "segments_segment"} == {
        row for row in second if row[0] == "segments_segment"
    }


def test_a_tenant_whose_tables_are_held_is_tried_again(next_version: NextVersion) -> None:
    next_version(COLUMN)
    schema, said = get_tenant(TENANT).schema_name, []
    with owner_connection() as somebody, somebody.transaction():
        somebody.execute(sql.SQL("LOCK TABLE {}.segments_segment").format(sql.Identifier(schema)))

        def say(line: str) -> None:
            said.append(line)
            if "busy" in line:
                somebody.execute("COMMIT")

        report = prepare_database(say=say)
    assert report.is_good
    assert [line for line in said if "busy" in line] == ["1 tenants are busy: tried again"]


@pytest.mark.parametrize("state", [TenantState.MOVING, TenantState.ERASED])
def test_a_tenant_that_moves_or_is_gone_is_left_alone(state: TenantState, next_version: NextVersion) -> None:
    with public_context():
        Tenant.objects.filter(uuid=TENANT).update(state=state)
    version = next_version(COLUMN)
    assert prepare().done == 1
    assert get_tenant(TENANT).schema_version != version


def test_nothing_behind_costs_no_run(live_database: None) -> None:
    assert prepare() == FleetReport(0, ())
    with public_context():
        assert MigrationRun.objects.count() == 0


def test_a_killed_run_goes_on_where_it_stopped(next_version: NextVersion, tmp_path: Path, now: datetime) -> None:
    """The real command in a process of its own, killed while the second tenant's tables are held by somebody else."""
    version = next_version(COLUMN)
    (tmp_path / "next_settings.py").write_text(
        "from config.settings_test import *\n"
        f"MIGRATION_MODULES = {django_settings.MIGRATION_MODULES!r}\n"
        f"DATABASES['default']['NAME'] = DATABASE_OWNER['NAME'] = {connection.settings_dict['NAME']!r}\n"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "next_settings", "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "manage.py", "migrate_fleet", "--workers", "1"]
    held = get_tenant(TENANT).schema_name
    with owner_connection() as somebody, somebody.transaction():
        somebody.execute(sql.SQL("LOCK TABLE {}.segments_segment").format(sql.Identifier(held)))
        with subprocess.Popen(command, env=environment, cwd=ROOT) as process:  # noqa: S603 -- our own command
            wait_until(lambda: _waits_for_a_lock(somebody))
            process.kill()
    assert get_tenant(TENANT).schema_version != version
    with public_context():
        assert MigrationRun.objects.get().finished_at is None
    subprocess.run(command, env=environment, cwd=ROOT, check=True)  # noqa: S603 -- our own command
    assert versions() == {version}
    with public_context():
        run = MigrationRun.objects.get()
    assert (run.state, run.total, run.done) == (MigrationState.DONE, 2, 2)
    first, second = (fingerprint(tenant.schema_name) for tenant in tenants_in_cell())
    assert first == second


def _waits_for_a_lock(somebody: psycopg.Connection[Any]) -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    row = somebody.execute(waiting).fetchone()
    return bool(row and row[0])


def wait_until(is_true: Callable[[], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_no_migration_of_a_tenant_makes_an_extension() -> None:
    own = {config.label for config in apps.get_app_configs() if config.name in django_settings.TENANT_APPS}
    found = MigrationLoader(None).disk_migrations or {}
    refuse_extensions(migration for (label, _name), migration in found.items() if label in own)


@pytest.mark.parametrize(
    "operation",
    ["migrations.RunSQL('CREATE EXTENSION IF NOT EXISTS hstore'),", "TrigramExtension(),"],
)
def test_a_migration_that_makes_an_extension_is_refused_before_any_tenant(
    operation: str, next_version: NextVersion
) -> None:
    before = versions()
    imports = "__import__('django.contrib.postgres.operations', fromlist=['x'])."
    next_version(operation.replace("Trigram", f"{imports}Trigram"))
    with pytest.raises(ExtensionInTenant):
        prepare()
    assert versions() == before


def test_the_control_plane_is_told_of_each_step_and_a_campaign_is_migrated_again_on_request(
    next_version: NextVersion, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[MigrationProgress] = []
    monkeypatch.setattr(fleet_news, "send_to_control", told.append)
    add_segment(get_tenant(TENANT), now)
    version = next_version(
        "migrations.RunSQL(\"ALTER TABLE segments_segment ADD CONSTRAINT segments_empty CHECK (name = '')\"),"
    )
    prepare()
    assert [(one.done, one.failed, one.state) for one in told][-1] == (1, 1, MigrationState.FAILED)
    assert {uuid for one in told for uuid in one.migrated} == {str(OTHER)}
    assert [one for progress in told for one in progress.failures] == [
        {"uuid": str(TENANT), "error": "CheckViolation 23514 segments_empty"}
    ]
    with tenant_context(get_tenant(TENANT)):
        Segment.objects.all().delete()
    migrate_tenant_task.apply(kwargs={"uuid": str(TENANT)}, throw=True)
    assert get_tenant(TENANT).schema_version == version


def test_a_broker_that_is_away_does_not_hold_an_upgrade_up(
    next_version: NextVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(message: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(fleet_news, "send_to_control", refuse)
    next_version(COLUMN)
    assert prepare().is_good
