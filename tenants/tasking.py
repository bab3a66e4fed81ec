"""Tasks know whose work they are. The tenant's schema travels in the message's headers, set when the task is queued."""

import logging
from typing import Any

from celery import Task
from django.conf import settings
from django.urls import get_urlconf, set_urlconf

from tenants.context import current_tenant, leave, public_context, tenant_context
from tenants.enums import TenantState
from tenants.queries import find_tenant_by_schema
from tenants.version import schema_version

logger = logging.getLogger(__name__)
HEADER = "isoloir_schema"
WHILE_AWAY = 5  # seconds after which a task tries again to find its tenant open to writing
SHUT = (TenantState.SUSPENDED, TenantState.CLOSED)


class TaskWithoutTenant(Exception):
    """A tenant's task was queued or run with no tenant."""


class TenantTask(Task):  # type: ignore[type-arg]
    """A task of one tenant: refused without one, dropped when the tenant is gone, run in its schema otherwise.

    While the tenant is not open its tasks are dropped too: whatever must not be lost has an alarm, and alarms wait.
    """

    abstract = True
    also_when_closed = False  # what the law or the tenant's end asks for: it runs while suspended or closed

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:  # type: ignore[override]
        headers = options.get("headers") or {}
        return super().apply_async(args, kwargs, **(options if HEADER in headers else _with_schema(options)))

    def apply(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:  # type: ignore[override]
        headers = options.get("headers") or {}
        return super().apply(args, kwargs, **(options if HEADER in headers else _with_schema(options)))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        schema = (self.request.headers or {}).get(HEADER) or getattr(self.request, HEADER, None)
        if self.request.called_directly:
            return super().__call__(*args, **kwargs)
        if not schema:
            raise TaskWithoutTenant(self.name)
        tenant = find_tenant_by_schema(schema)
        if tenant is None:
            logger.warning("The task %s is dropped: its tenant is gone", self.name)
            return None
        if tenant.state == TenantState.MOVING:
            self.apply_async(args, kwargs, headers={HEADER: schema}, countdown=WHILE_AWAY)
            return None
        if not tenant.is_open and not (self.also_when_closed and tenant.state in SHUT):
            logger.info("The task %s is dropped: its tenant is %s", self.name, tenant.state)
            return None
        if tenant.schema_version != schema_version():
            self.apply_async(args, kwargs, headers={HEADER: schema}, countdown=WHILE_AWAY)
            return None
        with tenant_context(tenant):
            return super().__call__(*args, **kwargs)


class PublicTask(Task):  # type: ignore[type-arg]
    """A task of the cell's registry or of the control plane."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        before = get_urlconf()
        set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)  # addresses in the platform's mails are the platform's
        try:
            with public_context():
                return super().__call__(*args, **kwargs)
        finally:
            set_urlconf(before)


def _with_schema(options: dict[str, Any]) -> dict[str, Any]:
    tenant = current_tenant()
    if tenant is None:
        raise TaskWithoutTenant
    return {**options, "headers": {**(options.get("headers") or {}), HEADER: tenant.schema_name}}


def start_in_nobodys_schema(task: Any, **kwargs: Any) -> None:
    """Whatever a worker did before, a task begins without a tenant. (An eager task shares its caller's connection.)"""
    if not task.request.is_eager:
        leave()


__all__ = ["PublicTask", "TaskWithoutTenant", "TenantTask", "start_in_nobodys_schema"]
