"""The owner of the schemas: another login than the one that answers requests, used to migrate and to provision only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from tenants.context import connection


def owner_parameters() -> dict[str, Any]:
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {names[key]: value for key, value in settings.DATABASE_OWNER.items() if value}


@contextmanager
def owner_connection() -> Iterator[psycopg.Connection[Any]]:
    """A fresh connection of the owner, in autocommit: a backend that made many schemas keeps their memory."""
    with psycopg.connect(**owner_parameters(), autocommit=True) as owner:
        yield owner


@contextmanager
def as_owner() -> Iterator[None]:
    """Django's own connection, as the owner: for the migration executor."""
    runtime = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(settings.DATABASE_OWNER)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(runtime)
        connection.set_nobody()


def run_script(owner: psycopg.Connection[Any], script: str) -> None:
    """Many statements in one round trip. The script is ours: no value of a user may ever be in it."""
    owner.execute(sql.SQL(script), prepare=False)
