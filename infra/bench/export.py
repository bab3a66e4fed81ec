"""How long it takes to write everybody into a file, and the memory of the worker that does it.

The people of duplicates_people.py, every column, CSV for Excel, by the product's own run in a real worker.
"""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
django.setup()

from django.utils import timezone  # noqa: E402 -- Django first
from duplicates import wait_for, write_people  # noqa: E402 -- Django first
from duplicates_people import Population  # noqa: E402 -- Django first
from results import note, report  # noqa: E402 -- Django first
from workers import Memory, campaign, worker  # noqa: E402 -- Django first

from crm.exports.columns import COLUMNS  # noqa: E402 -- Django first
from crm.exports.enums import Format  # noqa: E402 -- Django first
from crm.exports.services import Wish, ask_export  # noqa: E402 -- Django first
from tenants.context import tenant_context  # noqa: E402 -- Django first
from tenants.preparing import prepare_database  # noqa: E402 -- Django first
from tenants.users.models import User  # noqa: E402 -- Django first

PEOPLE = int(os.environ.get("PEOPLE") or 100_000)


def main() -> None:
    prepare_database(say=note)
    tenant = campaign("banc-export")
    with worker() as process, tenant_context(tenant):
        write_people(Population(PEOPLE).people())
        owner = User.objects.create_user("banc@example.org", "banc")
        for kind in (Format.EXCEL_CSV, Format.XLSX):
            memory = Memory(process)
            began = time.perf_counter()
            wish = Wish({"query": "", "ids": []}, {}, list(COLUMNS), kind, "bench")
            run = ask_export(wish=wish, by=owner, now=timezone.now())
            wait_for(run)
            seconds, peak = time.perf_counter() - began, memory.stop()
            note(f"{run.state} {run.failure} {run.result}")
            report(bench="export", metric=f"export_{kind.value}_seconds", value=seconds, unit="s")
            report(bench="export", metric=f"{kind.value}_peak_memory_mb", value=peak, unit="MB")


if __name__ == "__main__":
    main()
