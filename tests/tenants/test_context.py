import pytest
from django.db import ProgrammingError, connection, transaction

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
