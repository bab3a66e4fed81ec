"""How long it takes to find those who are twice in the file, how many of them, and how many wrongly.

People are generated with a known truth (see duplicates_people.py), written into a real campaign, and compared by the
product's own run in a real worker. Pairs that the review would show are measured, and apart those it calls certain.
"""

import os
import time
from collections.abc import Iterable
from itertools import combinations, islice

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
django.setup()

from django.db import connection  # noqa: E402 -- Django first
from django.utils import timezone  # noqa: E402 -- Django first
from duplicates_people import Population, Somebody  # noqa: E402 -- Django first
from results import note, report  # noqa: E402 -- Django first
from workers import Memory, campaign, worker  # noqa: E402 -- Django first

import config.celery  # noqa: E402, F401 -- the broker's address
from crm.duplicates.models import DuplicatePair  # noqa: E402 -- Django first
from crm.duplicates.services import start_search  # noqa: E402 -- Django first
from crm.people.models import Person  # noqa: E402 -- Django first
from tenants.context import tenant_context  # noqa: E402 -- Django first
from tenants.preparing import prepare_database  # noqa: E402 -- Django first

PEOPLE = int(os.environ.get("PEOPLE") or os.environ.get("ROWS") or 100_000)
PATIENCE = 900
PERSON = "id, first_name, last_name, birth_name, birth_date, gender, email, phone, street, postcode, city, source_kind"


def write_people(people: Iterable[Somebody]) -> dict[int, list[int]]:
    """Returns the rows of each human being."""
    truth: dict[int, list[int]] = {}
    number = 0
    everybody = iter(people)
    while block := list(islice(everybody, 50_000)):
        rows = [(number + place, one) for place, one in enumerate(block, start=1)]
        number += len(block)
        for pk, one in rows:
            truth.setdefault(one.human, []).append(pk)
        _write(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('people_person', 'id'), %s)", [number])
        for table in ("people_person", "people_emailaddress", "people_phonenumber"):
            cursor.execute(f"ANALYZE {table}")
    return truth


def _write(rows: list[tuple[int, Somebody]]) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY people_person ({PERSON}) FROM STDIN") as copy:
            for pk, one in rows:
                copy.write_row([pk, one.first, one.last, one.birth, one.born, one.gender, one.email, one.phone, one.street, one.postcode, one.city, "import"])  # fmt: skip
        with cursor.copy("COPY people_emailaddress (person_id, address) FROM STDIN") as copy:
            for pk, one in rows:
                if one.email:
                    copy.write_row([pk, one.email])
        with cursor.copy("COPY people_phonenumber (person_id, number) FROM STDIN") as copy:
            for pk, one in rows:
                if one.phone:
                    copy.write_row([pk, one.phone])


def wait_for(run: object) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        run.refresh_from_db()  # type: ignore[attr-defined]
        if not run.is_at_work:  # type: ignore[attr-defined]
            return
        time.sleep(0.05)
    raise SystemExit("The search did not end")


def judge(truth: dict[int, list[int]]) -> None:
    pairs = {pair for rows in truth.values() if len(rows) > 1 for pair in combinations(sorted(rows), 2)}
    for metric, found in (
        ("", DuplicatePair.objects.all()),
        ("certain_", DuplicatePair.objects.certain()),
    ):
        told = set(found.values_list("first_id", "second_id"))
        right = len(told & pairs)
        note(f"{metric or 'all '}pairs told: {len(told)}, right: {right}, of {len(pairs)} true")
        report(bench="duplicates", metric=f"{metric}precision", value=right / max(1, len(told)), unit="ratio")
        report(bench="duplicates", metric=f"{metric}recall", value=right / max(1, len(pairs)), unit="ratio")
    wrong = DuplicatePair.objects.exclude(pk__in=[]).order_by("-score").iterator()
    shown = 0
    for pair in wrong:
        if (pair.first_id, pair.second_id) not in pairs and shown < int(os.environ.get("SHOW") or 0):
            shown += 1
            note(f"wrong {pair.score} {pair.reasons} {_tell(pair.first)} | {_tell(pair.second)}")
    told = set(DuplicatePair.objects.values_list("first_id", "second_id"))
    for first, second in sorted(pairs - told)[: int(os.environ.get("SHOW") or 0)]:
        note(f"missed {_tell(Person.objects.get(pk=first))} | {_tell(Person.objects.get(pk=second))}")


def _tell(one: object) -> str:
    return " ".join(
        str(getattr(one, name))
        for name in ("first_name", "last_name", "birth_name", "birth_date", "email", "phone", "street", "postcode")
    )


def main() -> None:
    prepare_database(say=note)
    tenant = campaign("banc-doublons")
    with worker() as process, tenant_context(tenant):
        truth = write_people(Population(PEOPLE).people())
        note(f"{PEOPLE} people")
        memory = Memory(process)
        began = time.perf_counter()
        run = start_search(by=None, now=timezone.now())
        wait_for(run)
        seconds = time.perf_counter() - began
        peak = memory.stop()
        note(f"{run.state} {run.failure} {run.result}")
        report(bench="duplicates", metric="duplicates_seconds", value=seconds, unit="s")
        report(bench="duplicates", metric="peak_memory_mb", value=peak, unit="MB")
        judge(truth)


if __name__ == "__main__":
    main()
