"""The owner of the schemas: another login than the one that answers requests, used to migrate, to provision and to build indexes only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import sql

from tenants.backend.base import DatabaseWrapper


def owner_parameters() -> dict[str, Any]:
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {names[key]: value for key, value in settings.DATABASE_OWNER.items() if value}


@contextmanager
def owner_connection() -> Iterator[psycopg.Connection[Any]]:
    """A fresh connection of the owner, in autocommit: a backend that made many schemas keeps their memory."""
    with psycopg.connect(**owner_parameters(), autocommit=True) as owner:
        yield owner


@contextmanager
def as_owner() -> Iterator[DatabaseWrapper]:
    """Django's own connection in this thread, as the owner: for the migration executor."""
    runtime = connections[DEFAULT_DB_ALIAS]
    owner = type(runtime)({**runtime.settings_dict, **settings.DATABASE_OWNER}, DEFAULT_DB_ALIAS)
    runtime.close()
    connections[DEFAULT_DB_ALIAS] = owner
    try:
        yield cast("DatabaseWrapper", owner)
    finally:
        owner.close()
        connections[DEFAULT_DB_ALIAS] = runtime
        cast("DatabaseWrapper", runtime).set_nobody()


def run_script(owner: psycopg.Connection[Any], script: str) -> None:
    """Many statements in one round trip. The script is ours: no value of a user may ever be in it."""
    owner.execute(sql.SQL(script), prepare=False)
