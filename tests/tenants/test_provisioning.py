from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from psycopg import sql

from tenants import provisioning
from tenants.bus import ProvisioningProgress, ProvisionRequest
from tenants.context import current_schema, public_context, tenant_context
from tenants.enums import TenantState
from tenants.models import Domain, ProvisioningRun, Template, Tenant
from tenants.owner import owner_connection
from tenants.provisioning import (
    ProvisioningFailed,
    drop_schema,
    forget_tenant,
    provision,
    schema_name_for,
    start_run,
    unfinished_runs,
)
from tenants.queries import UnknownTenant, get_tenant
from tenants.template import BUILD_SCHEMA, build_template, template_script
from tenants.users.models import User
from tenants.version import schema_version

pytestmark = pytest.mark.usefixtures("live_database")


def request_for(uuid: UUID, slug: str = "nouvelle") -> ProvisionRequest:
    return ProvisionRequest(
        uuid=uuid,
        slug=slug,
        name="Nouvelle",
        kind="candidate",
        region="fr",
        cell="fr-1",
        language="fr",
        plan_name="1k",
        contact_limit=1000,
    )


@pytest.fixture
def fresh() -> Iterator[UUID]:
    uuid = uuid4()
    start_run(request_for(uuid))
    yield uuid
    with public_context():
        left = Tenant.objects.filter(uuid=uuid).exists()
    if left:
        drop_schema(schema_name_for(uuid))
        forget_tenant(uuid)


@pytest.fixture
def breaking_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A step of an upper app that fails until the returned function is called."""
    broken = [True]

    def run(**kwargs: Any) -> None:
        if broken:
            raise OSError("no room")

    monkeypatch.setattr(provisioning, "_steps", [provisioning.Step("extra", "Extra", run, 30)])
    return broken.clear


def test_a_provisioned_tenant_is_open_empty_and_its_own(fresh: UUID) -> None:
    provision(uuid=fresh)
    tenant = get_tenant(fresh)
    assert (tenant.state, tenant.contact_limit, tenant.primary_host) == (
        TenantState.ACTIVE,
        1000,
        "nouvelle.isoloir.localhost",
    )
    with tenant_context(tenant):
        assert User.objects.count() == 0
    with public_context():
        run = ProvisioningRun.objects.get(tenant_uuid=fresh)
    assert {step["state"] for step in run.steps} == {"done"}
    assert run.finished_at is not None


def test_each_report_is_newer_than_the_one_before_and_the_last_says_finished(
    fresh: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[ProvisioningProgress] = []
    monkeypatch.setattr(provisioning, "send_to_control", sent.append)
    provision(uuid=fresh)
    sequences = [message.sequence for message in sent]
    assert sequences == sorted(set(sequences))
    assert [message.finished for message in sent] == [False] * (len(sent) - 1) + [True]


def test_provisioning_twice_changes_nothing(fresh: UUID) -> None:
    provision(uuid=fresh)
    start_run(request_for(fresh))
    provision(uuid=fresh)
    with public_context():
        assert Domain.objects.filter(tenant__uuid=fresh).count() == 1
        assert ProvisioningRun.objects.get(tenant_uuid=fresh).attempts == 1


def test_a_run_that_failed_goes_on_where_it_stopped(fresh: UUID, breaking_step: Callable[[], None]) -> None:
    with pytest.raises(ProvisioningFailed):
        provision(uuid=fresh)
    assert get_tenant(fresh).state == TenantState.PROVISIONING
    with public_context():
        states = {step["key"]: step["state"] for step in ProvisioningRun.objects.get(tenant_uuid=fresh).steps}
    assert states == {"place": "done", "schema": "done", "extra": "failed", "open": "waiting"}
    breaking_step()
    provision(uuid=fresh)
    assert get_tenant(fresh).state == TenantState.ACTIVE


def test_a_worker_killed_inside_a_step_leaves_no_half_schema(fresh: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    script = template_script
    monkeypatch.setattr(provisioning, "template_script", lambda schema: script(schema) + "; SELECT 1/0")
    with pytest.raises(ProvisioningFailed):
        provision(uuid=fresh)
    with owner_connection() as owner:
        assert (
            owner.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema_name_for(fresh)]).fetchone() is None
        )
    monkeypatch.setattr(provisioning, "template_script", script)
    provision(uuid=fresh)
    assert get_tenant(fresh).state == TenantState.ACTIVE


def test_an_abandoned_run_is_found_and_a_fresh_one_is_left_alone(fresh: UUID) -> None:
    now = timezone.now()
    assert fresh not in unfinished_runs(now=now)
    assert fresh in unfinished_runs(now=now + timedelta(minutes=1))


def test_only_one_worker_at_a_time_provisions_a_tenant(fresh: UUID) -> None:
    with owner_connection() as somebody_else:
        somebody_else.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"provision:{fresh}"])
        provision(uuid=fresh)
        with pytest.raises(UnknownTenant):
            get_tenant(fresh)
        somebody_else.execute("SELECT pg_advisory_unlock_all()")
    provision(uuid=fresh)
    assert get_tenant(fresh).is_open


def structure(schema: str) -> set[tuple[Any, ...]]:
    """Columns, constraints, indexes and triggers of a schema, its own name taken out."""
    queries = [
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text, pg_get_expr(d.adbin, d.adrelid)"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped",
        "SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = %s::regnamespace",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %s",
        "SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT tgisinternal AND c.relnamespace = %s::regnamespace",
    ]
    with owner_connection() as owner:
        rows = [row for query in queries for row in owner.execute(sql.SQL(query), [schema]).fetchall()]
    return {tuple(str(value).replace(f"{schema}.", "").replace(f'"{schema}".', "") for value in row) for row in rows}


def test_replayed_schemas_are_equal_and_hold_every_constraint_by_name(fresh: UUID) -> None:
    provision(uuid=fresh)
    with public_context():
        other = Tenant.objects.exclude(uuid=fresh).first()
    assert other is not None
    mine = structure(get_tenant(fresh).schema_name)
    assert mine == structure(other.schema_name)
    assert any("users_user_email_lower" in row for row in mine)


def test_an_erased_tenant_leaves_no_schema_no_role_and_no_address(fresh: UUID) -> None:
    provision(uuid=fresh)
    tenant = get_tenant(fresh)
    drop_schema(tenant.schema_name)
    forget_tenant(fresh)
    with owner_connection() as owner:
        left = owner.execute(
            "SELECT count(*) FROM pg_roles WHERE rolname = %s UNION ALL SELECT count(*) FROM pg_namespace WHERE nspname = %s",
            [f"r_{tenant.schema_name}", tenant.schema_name],
        ).fetchall()
    assert left == [(0,), (0,)]
    assert current_schema() == "nobody"


def test_a_new_cell_takes_the_template_that_another_one_kept_on_this_machine(settings: Any, tmp_path: Path) -> None:
    settings.TEMPLATE_FOLDER = str(tmp_path)
    with public_context():
        theirs = Template.objects.get().script
        Template.objects.all().delete()
    (tmp_path / f"{schema_version()}.sql").write_text(theirs)
    assert build_template()
    with public_context():
        ours = Template.objects.get().script
    assert ours == theirs  # with the times at which the migrations ran: none ran again
    with owner_connection() as owner:
        ran = sql.SQL("SELECT count(*) FROM {}.django_migrations").format(sql.Identifier(BUILD_SCHEMA))
        assert owner.execute(ran).fetchone() != (0,)
