from dataclasses import replace

import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction

from tenants.context import current_tenant, enter, public_context, require_tenant, tenant_context
from tenants.facts import TenantFacts
from tenants.models import Tenant
from tenants.users.models import User


def search_path() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        return str(cursor.fetchone()[0])


def test_work_in_a_tenant_runs_in_its_schema_with_its_role(tenant: TenantFacts) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_user")
        assert cursor.fetchone() == (tenant.schema_name, f"r_{tenant.schema_name}")


def test_without_a_tenant_every_table_is_out_of_reach(db: None) -> None:
    assert current_tenant() is None
    with pytest.raises(ProgrammingError), transaction.atomic():
        User.objects.count()


def test_contexts_nest_and_give_back_what_was_before(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    with tenant_context(other_tenant):
        assert search_path() == f"{other_tenant.schema_name}, extensions"
        with public_context():
            assert Tenant.objects.count() == 2
        assert require_tenant() == other_tenant
    assert search_path() == f"{tenant.schema_name}, extensions"


def break_in(other: TenantFacts) -> None:
    with transaction.atomic():
        enter(other)
        User.objects.count()
        User.objects.raw("SELECT nothing FROM nowhere")[0]


def test_a_rolled_back_savepoint_leaves_path_and_role_right(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    with pytest.raises(ProgrammingError):
        break_in(other_tenant)
    assert search_path() == f"{other_tenant.schema_name}, extensions"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (f"r_{other_tenant.schema_name}",)


def test_asking_whether_the_connection_lives_enters_the_tenant(live_tenant: TenantFacts) -> None:
    """Django asks once a request: the answer and the tenant come in one round trip."""
    connection.ensure_connection()
    assert connection.is_usable()
    found = connection.connection.execute("SELECT current_user, current_setting('search_path')").fetchone()
    assert found == (f"r_{live_tenant.schema_name}", f"{live_tenant.schema_name}, extensions")


def test_a_connection_that_died_is_known_to_be_dead(live_database: None) -> None:
    with public_context(), pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert not connection.is_usable()


def test_a_tenant_that_cannot_be_entered_is_no_usable_connection(live_tenant: TenantFacts) -> None:
    connection.ensure_connection()
    enter(replace(live_tenant, schema_name="c_nowhere"))
    assert not connection.is_usable()
