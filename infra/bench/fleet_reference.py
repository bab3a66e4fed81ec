"""django-tenants' own way on a sample: `manage.py migrate_schemas`. Prints seconds a tenant as JSON.

fleet_reference.py migrate SCHEMA...    |    fleet_reference.py create SCHEMA...

Its clone, the other way to create one, fails on this schema: it grants on a sequence by a name that the sequence no longer has.
"""

import contextlib
import io
import json
import sys
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402 -- Django first

from tenants.owner import as_owner, owner_connection, run_script  # noqa: E402 -- Django first


def migrate(schemas: list[str]) -> list[float]:
    taken = []
    for schema in schemas:
        began = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            call_command("migrate_schemas", schema_name=schema, verbosity=0, interactive=False)
        taken.append(time.perf_counter() - began)
    return taken


def create(schemas: list[str]) -> list[float]:
    with owner_connection() as owner:
        for schema in schemas:
            run_script(owner, f"CREATE SCHEMA {schema}")
    return migrate(schemas)


if __name__ == "__main__":
    with as_owner():
        taken = {"migrate": migrate, "create": create}[sys.argv[1]](sys.argv[2:])
    print(json.dumps(taken))
