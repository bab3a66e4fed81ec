"""Two tenants side by side, and every way that the lab knew of to read or write the wrong one."""

import threading
from uuid import UUID

import pytest
from celery import shared_task
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import ProgrammingError, connection, transaction
from django.db.utils import DatabaseError
from django.test import override_settings
from django.urls import reverse
from psycopg import sql

from tenants.cache import check_caches
from tenants.context import carry_tenant, current_tenant, public_context, tenant_context
from tenants.facts import TenantFacts
from tenants.guard import WrongTenant
from tenants.models import Tenant
from tenants.storage import may_read, signed_url
from tenants.tasking import HEADER, PublicTask, TaskWithoutTenant, TenantTask
from tenants.users.models import User
from tests.conftest import TenantClient

SEEN: list[tuple[UUID, int]] = []


@shared_task(name="tests.count_members", base=TenantTask)
def count_members_task() -> None:
    tenant = current_tenant()
    assert tenant is not None
    SEEN.append((tenant.uuid, User.objects.count()))


def make_member(email: str = "ada@example.org") -> User:
    return User.objects.create_user(email, "correct horse")


def test_rows_of_one_are_not_seen_by_the_other(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    make_member()
    with tenant_context(other_tenant):
        assert User.objects.count() == 0


def test_a_session_of_one_is_refused_by_the_other(office: TenantClient, other_tenant: TenantFacts) -> None:
    assert office.get("/bureau/").status_code == 200
    stranger = TenantClient(other_tenant.primary_host)
    stranger.cookies = office.cookies
    answer = stranger.get("/bureau/")
    assert answer.status_code == 302
    assert "/bureau/login/" in answer["Location"]


def test_another_tenants_table_is_refused_by_name(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(other_tenant.schema_name, "users_user"))
        )


def test_the_registry_is_refused_to_a_tenant(tenant: TenantFacts) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        Tenant.objects.count()
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*) FROM public.tenants_tenant")


@pytest.mark.parametrize(
    "injected",
    [
        "SELECT set_config('role', 'r_{other}', false)",
        "UPDATE pg_settings SET setting = 'r_{other}' WHERE name = 'role'",
        "SELECT query_to_xml('SELECT count(*) FROM {other}.users_user', true, false, '')",
        "CREATE TABLE mine (x int)",
        "DROP TABLE users_user",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT extensions.set_alarm('x', 'y', now()) FROM {other}.users_user",
    ],
)
def test_injected_sql_does_not_escape_in_one_statement(
    tenant: TenantFacts, other_tenant: TenantFacts, injected: str
) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(injected.format(other=other_tenant.schema_name))


def test_a_second_statement_is_refused_where_values_are_bound(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    with pytest.raises(DatabaseError, match="multiple commands"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'SELECT %s::int; SET ROLE "r_{other_tenant.schema_name}"', [1])


def test_a_path_that_code_has_set_does_not_outlive_its_statement(
    tenant: TenantFacts, other_tenant: TenantFacts
) -> None:
    make_member()
    with connection.cursor() as cursor:
        cursor.execute(f'SET search_path = "{other_tenant.schema_name}"')
    assert User.objects.count() == 1


def test_raw_sql_after_a_switch_runs_in_the_new_tenant(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    make_member()
    with (
        tenant_context(other_tenant),
        connection.cursor() as cursor,
        cursor.copy("COPY (SELECT email FROM users_user) TO STDOUT") as rows,
    ):
        assert list(rows.rows()) == []


def test_a_failed_transaction_leaves_the_right_tenant(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    make_member()
    with tenant_context(other_tenant):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        assert User.objects.count() == 0
    assert User.objects.count() == 1


def test_a_reconnection_goes_back_to_the_tenant(live_tenant: TenantFacts) -> None:
    make_member()
    connection.close()
    assert User.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (f"r_{live_tenant.schema_name}",)


def test_a_new_thread_has_no_tenant_and_carries_one_when_told(live_tenant: TenantFacts) -> None:
    make_member()
    found: list[object] = []

    def look() -> None:
        try:
            found.append(User.objects.count())
        except ProgrammingError:
            found.append("nobody")
        finally:
            connection.close()

    for target in (look, carry_tenant(look)):
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()
    assert found == ["nobody", 1]


def test_a_task_runs_in_the_tenant_that_queued_it(
    tenant: TenantFacts, other_tenant: TenantFacts, run_tasks: None
) -> None:
    SEEN.clear()
    make_member()
    count_members_task.delay()
    with tenant_context(other_tenant):
        count_members_task.delay()
    count_members_task.apply(headers={HEADER: other_tenant.schema_name})
    assert [(tenant.uuid, 1), (other_tenant.uuid, 0), (other_tenant.uuid, 0)] == SEEN
    assert current_tenant() == tenant


def test_a_task_without_a_tenant_is_refused(db: None, run_tasks: None) -> None:
    with pytest.raises(TaskWithoutTenant):
        count_members_task.delay()
    with public_context(), pytest.raises(TaskWithoutTenant):
        count_members_task.delay()


def test_a_task_of_a_tenant_that_is_gone_does_nothing(db: None, run_tasks: None) -> None:
    SEEN.clear()
    count_members_task.apply(headers={HEADER: "c_gone"})
    assert SEEN == []


@pytest.mark.parametrize("alias", ["default", "renditions", "pages"])
def test_caches_are_keyed_by_tenant(tenant: TenantFacts, other_tenant: TenantFacts, alias: str) -> None:
    caches[alias].set("wagtail_site_root_paths", "mine")
    with tenant_context(other_tenant):
        assert caches[alias].get("wagtail_site_root_paths") is None


def test_a_cache_that_would_mix_tenants_is_an_error() -> None:
    with override_settings(CACHES={"select": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}):
        assert [error.id for error in check_caches(None)] == ["tenants.E001"]


def test_files_of_one_are_not_found_by_the_other(
    tenant: TenantFacts, other_tenant: TenantFacts, site: TenantClient
) -> None:
    name = default_storage.save("imports/people.csv", ContentFile(b"secret"))
    link = signed_url(name)
    assert b"".join(site.get(link)) == b"secret"
    assert site.get(link.split("?")[0]).status_code == 404
    stranger = TenantClient(other_tenant.primary_host)
    assert stranger.get(link).status_code == 404
    with tenant_context(other_tenant):
        assert not default_storage.exists(name)
        assert not may_read(name, link.split("?s=")[1])


@pytest.mark.parametrize(
    "way", ["images/../imports/people.csv", "images/%2e%2e/imports/people.csv", "images//../imports/people.csv"]
)
def test_a_private_file_is_not_reached_through_a_public_folder(
    tenant: TenantFacts, site: TenantClient, way: str
) -> None:
    default_storage.save("imports/people.csv", ContentFile(b"secret"))
    assert site.get(f"/media/{way}").status_code == 404


def test_a_path_out_of_the_tenants_folder_is_refused(tenant: TenantFacts, site: TenantClient) -> None:
    assert site.get("/media/images/../../secret").status_code == 404
    assert site.get("/media/images/%2e%2e/%2e%2e/secret").status_code == 404


def test_an_object_of_one_is_not_saved_in_the_other(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    created = make_member()
    loaded = User.objects.get(pk=created.pk)
    with tenant_context(other_tenant):
        for member in (created, loaded):
            with pytest.raises(WrongTenant):
                member.save()
            with pytest.raises(WrongTenant), transaction.atomic():
                member.delete()


def test_content_types_of_tenant_and_platform_do_not_mix(live_tenant: TenantFacts) -> None:
    """Their manager keeps a dictionary in the process. By chance many have the same number in both schemas: this one has not.

    A model that is made after the start has Django copy the manager anew.
    """
    ContentType._meta._expire_cache()  # type: ignore[attr-defined]
    ours, theirs = 2_000_000_001, 2_000_000_002

    def number() -> int:
        return int(ContentType.objects.get_by_natural_key("tests", "canary").pk)

    ContentType.objects.create(pk=ours, app_label="tests", model="canary")
    with public_context():
        ContentType.objects.create(pk=theirs, app_label="tests", model="canary")
    try:
        assert number() == ours
        with public_context():
            assert number() == theirs
        assert number() == ours
    finally:
        forget = "DELETE FROM django_content_type WHERE app_label = 'tests'"  # what hangs on it is not in both schemas
        with connection.cursor() as cursor:
            cursor.execute(forget)
        with public_context(), connection.cursor() as cursor:
            cursor.execute(forget)


def test_permissions_have_the_same_ids_in_every_tenant(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    def ids() -> list[tuple[int, str]]:
        return list(Permission.objects.order_by("pk").values_list("pk", "codename"))

    mine = ids()
    with tenant_context(other_tenant):
        assert ids() == mine
        assert Group.objects.count() > 0


@shared_task(name="tests.platform_address", base=PublicTask)
def platform_address_task() -> None:
    SEEN.append((UUID(int=0), len(reverse("controlplane:home"))))


def test_a_public_task_writes_the_platforms_addresses(db: None, run_tasks: None) -> None:
    SEEN.clear()
    platform_address_task.delay()
    assert [(UUID(int=0), 1)] == SEEN
