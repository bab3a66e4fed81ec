"""Which tenant the work in hand belongs to. It is the connection that knows: there is one answer for each thread."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar, cast

from django.db import connection as default_connection

from tenants.backend.base import PUBLIC, DatabaseWrapper
from tenants.facts import TenantFacts

connection = cast("DatabaseWrapper", default_connection)  # Django's proxy, with what our backend adds

P = ParamSpec("P")
R = TypeVar("R")


class NoTenant(Exception):
    """There is no tenant here, and this work needs one."""


def current_schema() -> str:
    """The schema in force: a tenant's, public or nobody."""
    return str(connection.schema_name)


def enter(tenant: Any) -> None:
    """Switch for good, where a context will not do: the middleware, a worker, a test."""
    connection.set_tenant(tenant)


def enter_public() -> None:
    connection.set_schema(PUBLIC)


def leave() -> None:
    """Back into nobody's schema."""
    connection.set_nobody()


def current_tenant() -> TenantFacts | None:
    tenant = connection.tenant
    return tenant if isinstance(tenant, TenantFacts) else None


def require_tenant() -> TenantFacts:
    """The current tenant; raises NoTenant outside of one."""
    tenant = current_tenant()
    if tenant is None:
        raise NoTenant
    return tenant


@contextmanager
def tenant_context(tenant: TenantFacts) -> Iterator[None]:
    """Work in this tenant's schema. Never let a queryset out of it: it would run in the schema of whoever uses it."""
    before = connection.tenant
    connection.set_tenant(tenant)
    try:
        yield
    finally:
        connection.set_tenant(before)


@contextmanager
def public_context() -> Iterator[None]:
    """Work in the schema public: the cell's registry, and the control plane where it shares the process."""
    before = connection.tenant
    connection.set_schema(PUBLIC)
    try:
        yield
    finally:
        connection.set_tenant(before)


def carry_tenant(function: Callable[P, R]) -> Callable[P, R]:
    """The function, made to run in the caller's tenant when a new thread calls it. Closes the thread's connection after."""
    tenant = require_tenant()

    def carried(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with tenant_context(tenant):
                return function(*args, **kwargs)
        finally:
            connection.close()

    return carried
