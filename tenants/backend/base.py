"""django-tenants' backend, thinner, for PostgreSQL 18.

The server reports `search_path` to the client since version 18, so what is in force is known without a round trip and
stays right after reconnects and rollbacks. Path and role go in one statement, only when they differ from what is wanted.
Nobody's schema is the default: without a tenant the path holds the extensions alone, and every table is out of reach.
"""

from functools import lru_cache
from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError
from django_tenants.postgresql_backend import base
from psycopg.pq import ExecStatus, TransactionStatus

NOBODY = "nobody"
PUBLIC = "public"
EXTENSIONS = "extensions"


def role_name(schema_name: str) -> str:
    """The role that may read and write this schema, and nothing else."""
    return f"r_{schema_name}"


def changes_name(schema_name: str) -> str:
    """The schema beside it in which its changes are noted while it moves."""
    return f"{schema_name}_changes"


@lru_cache(maxsize=2000)
def _path_of(schema_name: str) -> str:
    schemas = [EXTENSIONS] if schema_name == NOBODY else [schema_name, EXTENSIONS]
    for schema in schemas:
        base._check_schema_name(schema)  # noqa: SLF001 -- the check that django-tenants itself uses
    return ", ".join(f'"{schema}"' for schema in schemas)


class DatabaseWrapper(base.DatabaseWrapper):
    _wanted: tuple[str, str] = ("", "")  # search_path, role
    _role_in_force: str | None = None
    _setting_search_path: bool
    _reported_as: dict[str, str] = {}  # our spelling of a path -> the server's

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_nobody()

    def set_nobody(self) -> None:
        self.set_tenant(base.FakeTenant(schema_name=NOBODY))

    def set_tenant(self, tenant: Any, include_public: bool = False) -> None:
        # The content types are cached by schema (tenants.contenttypes): nothing to clear here.
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = False
        self.set_settings_schema(self.schema_name)
        self._wanted = (_path_of(self.schema_name), self._role_for(self.schema_name))

    def _role_for(self, schema_name: str) -> str:
        is_owner = self.settings_dict["USER"] == settings.DATABASE_OWNER["USER"]
        return "NONE" if is_owner or schema_name in (NOBODY, PUBLIC) else f'"{role_name(schema_name)}"'

    def _forget(self) -> None:
        self._role_in_force = None

    def close(self) -> None:
        self._forget()
        super().close()

    def rollback(self) -> None:
        self._forget()
        super().rollback()

    def savepoint_rollback(self, sid: str) -> None:
        try:
            super().savepoint_rollback(sid)
        finally:
            self._forget()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._forget()
        connection = super().get_new_connection(conn_params)
        if connection.info.server_version < 180000:
            raise ImproperlyConfigured("Isoloir needs PostgreSQL 18 or later")
        return connection

    def _handle_search_path(self, cursor: Any = None) -> None:
        raw = self.connection
        if raw is None or self._setting_search_path:
            return
        path, role = self._wanted
        reported = (raw.pgconn.parameter_status(b"search_path") or b"").decode()
        if self._role_in_force == role and reported == self._reported_as.get(path):
            return
        if raw.pgconn.transaction_status == TransactionStatus.INERROR:
            return  # nothing but ROLLBACK can run, and that asks for nothing
        self._enter(raw)

    def is_usable(self) -> bool:
        """Whether the connection is alive, asked by entering the tenant: Django asks once a request, and one round trip does both."""
        if self.connection is None:
            return False
        try:
            self._enter(self.connection)
        except (psycopg.Error, OperationalError):
            return False
        return True

    def _enter(self, raw: Any) -> None:
        path, role = self._wanted
        # libpq itself: not one of Django's queries, and a third of the cost of a cursor.
        result = raw.pgconn.exec_(f"SET search_path = {path}; SET ROLE {role}".encode())
        if result.status != ExecStatus.COMMAND_OK:
            raise OperationalError(f"the tenant cannot be entered: {result.get_error_message()}")
        self._role_in_force = role
        self._reported_as[path] = raw.pgconn.parameter_status(b"search_path").decode()


__all__ = ["NOBODY", "PUBLIC", "DatabaseWrapper", "role_name"]
