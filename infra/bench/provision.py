"""How long a tenant takes: from the request to an open address, beside running the migrations for one schema.

Real steps of all apps, real commits (fsync on), messages to the control plane queued in Redis.
"""

import logging
import os
import statistics
import time
from collections.abc import Callable
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")
django.setup()

from results import note, report  # noqa: E402 -- Django first

import config.celery  # noqa: E402, F401 -- the broker's address for the messages of the bus
from tenants.bus import ProvisionRequest  # noqa: E402 -- Django first
from tenants.migrating import migrate_tenant_schema  # noqa: E402 -- Django first
from tenants.owner import as_owner, owner_connection, run_script  # noqa: E402 -- Django first
from tenants.preparing import prepare_database  # noqa: E402 -- Django first
from tenants.provisioning import provision, start_run  # noqa: E402 -- Django first

TENANTS = int(os.environ.get("ROWS") or 20)
MIGRATIONS = 3


def provision_one(number: int) -> None:
    request = ProvisionRequest(
        uuid=uuid4(),
        slug=f"banc-{number}",
        name=f"Campaign {number}",
        kind="candidate",
        region="fr",
        cell="fr-1",
        language="fr",
        plan_name="",
        contact_limit=250,
    )
    start_run(request)
    provision(uuid=request.uuid)


def migrate_one(number: int) -> None:
    schema = f"bench_migrations_{number}"
    with owner_connection() as owner:
        run_script(owner, f"CREATE SCHEMA {schema}")
    with as_owner():
        migrate_tenant_schema(schema)


def seconds(action: Callable[[int], None], number: int) -> float:
    began = time.perf_counter()
    action(number)
    return time.perf_counter() - began


def main() -> None:
    logging.disable(logging.INFO)
    prepare_database(say=note)
    provisioned = [seconds(provision_one, number) for number in range(TENANTS)]
    note("provisioned: " + " ".join(f"{value:.3f}" for value in provisioned))
    migrated = [seconds(migrate_one, number) for number in range(MIGRATIONS)]
    note("migrated: " + " ".join(f"{value:.3f}" for value in migrated))
    report(
        bench="provision",
        metric="provision_seconds",
        value=statistics.median(provisioned),
        unit="s",
        reference=statistics.median(migrated),
    )


if __name__ == "__main__":
    main()
