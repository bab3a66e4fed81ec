"""The template: a tenant's schema, migrated and seeded once for each version of the code, kept as a script.

Replaying it takes a sixth of a second where the migrations take ten, and every tenant gets the same ids for content
types and permissions.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from tenants.context import connection, public_context
from tenants.migrating import migrate_tenant_schema
from tenants.models import Template
from tenants.owner import as_owner, owner_connection, run_script
from tenants.version import schema_version

BUILD_SCHEMA = "isoloir_template_schema"
PLACEHOLDER = "isoloir_replayed_schema"
ENTRY = r"^--\n-- (Data for )?Name: .+; Type: (?P<type>[A-Z ]+); Schema: .+\n--$"  # what pg_dump says above each part
PREAMBLE = "|".join(
    [
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "transaction_timeout",
        "client_encoding",
        "standard_conforming_strings",
        "check_function_bodies",
        "xmloption",
        "client_min_messages",
        "row_security",
        "default_tablespace",
        "default_table_access_method",
    ]
)
_EMPTY = f"DROP SCHEMA IF EXISTS {BUILD_SCHEMA} CASCADE; CREATE SCHEMA {BUILD_SCHEMA}"
_APPLIED = sql.SQL("SELECT app, name FROM {}.django_migrations").format(sql.Identifier(BUILD_SCHEMA))
_seeds: list[tuple[int, Callable[[], None]]] = []


class TemplateMissing(Exception):
    """This cell has no template for the code that runs: `manage.py prepare_cell` makes it."""


def register_seed(seed: Callable[[], None], order: int) -> None:
    """Rows that every tenant starts with. `seed` runs in the template's schema after the migrations."""
    _seeds.append((order, seed))


def build_template() -> bool:
    """Make the template of this version unless the cell has it; returns whether it was made.

    The last version's template is taken and migrated, so that rows that are new (content types, permissions) get the same
    ids as in tenants that are migrated. Its schema stays: the fleet's new rows are read from it.
    """
    version = schema_version()
    with public_context():
        if Template.objects.filter(version=version).exists() and _stands(version):
            return False
    with _alone_on_this_machine():
        script = _built(version)
    with public_context():
        Template.objects.update_or_create(version=version, defaults={"script": script})
    with owner_connection() as owner:
        run_script(owner, f"COMMENT ON SCHEMA {BUILD_SCHEMA} IS '{version}'")
    return True


def _built(version: str) -> str:
    """Leaves the template's schema behind it; returns the script that makes such a one."""
    kept = Path(settings.TEMPLATE_FOLDER) / f"{version}.sql" if settings.TEMPLATE_FOLDER else None
    if kept and kept.exists() and _last_version() is None:
        script = kept.read_text(encoding="utf-8")
        _replay(script)
        return script
    _start_build_schema()
    with as_owner():
        migrate_tenant_schema(BUILD_SCHEMA)
        with transaction.atomic():
            for _order, seed in sorted(_seeds, key=lambda one: one[0]):
                connection.set_schema(BUILD_SCHEMA)
                seed()
    script = _clean(_pg_dump())
    if kept:
        draft = kept.with_suffix(".draft")
        draft.write_text(script, encoding="utf-8")
        draft.replace(kept)
    return script


@contextmanager
def _alone_on_this_machine() -> Iterator[None]:
    """Where cells share a folder of templates, the second waits for what the first makes."""
    if not settings.TEMPLATE_FOLDER:
        yield
        return
    folder = Path(settings.TEMPLATE_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def template_script(schema_name: str, version: str | None = None) -> str:
    """The statements that make a version's tables and rows in the (existing, empty) schema; raises TemplateMissing."""
    with public_context():
        script = Template.objects.filter(version=version or schema_version()).values_list("script", flat=True).first()
    if script is None:
        raise TemplateMissing
    return _named(str(script), schema_name)


def _named(script: str, schema_name: str) -> str:
    return script.replace(f"{PLACEHOLDER}.", f'"{schema_name}".')


def template_sections(schema_name: str, version: str) -> tuple[str, str]:
    """The same without its rows: what makes the tables, and what closes them once they are filled (keys, indexes, triggers)."""
    script = template_script(schema_name, version)
    entries = list(re.finditer(ENTRY, script, re.MULTILINE))
    rows = [place for place, entry in enumerate(entries) if entry["type"] in ("TABLE DATA", "SEQUENCE SET")]
    return script[: entries[rows[0]].start()], script[entries[rows[-1] + 1].start() :]


def _stands(version: str) -> bool:
    with owner_connection() as owner:
        said = owner.execute("SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", [BUILD_SCHEMA]).fetchone()
    return said is not None and said[0] == version


def _last_version() -> str | None:
    with public_context():
        return Template.objects.order_by("-created_at").values_list("version", flat=True).first()


def _start_build_schema() -> None:
    """An empty schema, or the last template where its migrations are all still known to the code."""
    last = _last_version()
    if last is None:
        _replay("")
        return
    with public_context():
        _replay(Template.objects.get(version=last).script)
    with owner_connection() as owner:
        applied = set(owner.execute(_APPLIED).fetchall())
    if not applied <= set(MigrationLoader(None).disk_migrations or {}):
        _replay("")


def _replay(script: str) -> None:
    with owner_connection() as owner:
        run_script(owner, _EMPTY)
        run_script(owner, f"SET check_function_bodies = off; {_named(script, BUILD_SCHEMA)}")


def _pg_dump() -> str:
    owner = settings.DATABASE_OWNER
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
    environment = os.environ | {variable: owner[key] for key, variable in names.items() if owner[key]}
    program = Path(settings.PG_BIN) / "pg_dump" if settings.PG_BIN else shutil.which("pg_dump")
    command = [
        str(program or "pg_dump"),
        "-n",
        BUILD_SCHEMA,
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        "--inserts",
        "--rows-per-insert=500",
    ]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout  # noqa: S603 -- our own program and options


def _clean(dump: str) -> str:
    """Take pg_dump's own preamble away, by name: a function's body or a row's text may begin a line with the same words."""
    preamble = r"^(SET ({settings}) = .*|SELECT pg_catalog\.set_config\('search_path'.*|\\(un)?restrict .*|CREATE SCHEMA {schema};)$"
    dump = re.sub(preamble.format(settings=PREAMBLE, schema=BUILD_SCHEMA), "", dump, flags=re.MULTILINE)
    return dump.replace(f"{BUILD_SCHEMA}.", f"{PLACEHOLDER}.")
