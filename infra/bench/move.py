"""A campaign of PEOPLE people (200 000) and FILES files (500) moves from one running cell to another.

The whole product runs; the move is asked for as an operator asks. Meanwhile somebody writes without a pause, as its web
server would, until the database says no. Sums of tables and files are taken here, another way than the move takes its own.
"""

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from results import note, report
from running import ROOT, Running, running, wait_until

PEOPLE = int(os.environ.get("PEOPLE") or os.environ.get("ROWS") or 200_000)
FILES = int(os.environ.get("FILES") or 500)
OLD, NEW = "fr-1", "de-1"
PATIENCE = 900
OPEN = """
from datetime import UTC, datetime
from billing.plans import PLANS
from controlplane.models import Region
from controlplane.services.campaigns import CampaignDraft, open_campaign
from tenants.context import enter_public
from tenants.users.models import User
enter_public()
owner, _ = User.objects.get_or_create(email="ada@example.org")
draft = CampaignDraft(name="Banc", slug="banc", kind="party", region=Region.objects.get(code="fr"), plan=PLANS[-1], language="fr")
print(open_campaign(draft=draft, owner=owner, now=datetime.now(UTC)).uuid)
"""
MOVE = """
from datetime import UTC, datetime
from controlplane.archives.agreeing import answer_agreement, ask_agreement
from controlplane.archives.moving import request_move
from controlplane.audit.actors import SYSTEM, owner
from controlplane.models import Campaign, Cell
from tenants.context import enter_public
enter_public()
campaign, target, now = Campaign.objects.get(), Cell.objects.get(name="de-1"), datetime.now(UTC)
asked = ask_agreement(campaign=campaign, region=target.region, reason="benchmark", by=SYSTEM, now=now)
answer_agreement(agreement=asked, agrees=True, by=owner(campaign.owner), now=now)
request_move(campaign=campaign, target=target, by=SYSTEM, now=now)
"""
STAGE = "SELECT stage, read_only_seconds, extract(epoch FROM finished_at - asked_at), error FROM campaign_archives_move"
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r' ORDER BY relname"
SUM = "SELECT count(*), sum(hashtextextended(t::text, 1)), sum(hashtextextended(t::text, 2)) FROM {} t"


def open_and_fill(cells: Running) -> str:
    uuid = cells.shell("control", OPEN).splitlines()[-1]
    with cells.database("control") as control:
        state = "SELECT state FROM controlplane_campaign"
        wait_until(lambda: control.execute(state).fetchone() == ("active",), seconds=120, what="the campaign opens")
    began = time.perf_counter()
    cells.run(OLD, "infra/bench/move_fill.py", uuid, str(PEOPLE), str(FILES))
    note(f"{PEOPLE} people and {FILES} files in {time.perf_counter() - began:.0f} s")
    return uuid


def schema_in(cells: Running, cell: str) -> str:
    with cells.database(cell) as database:
        (row,) = database.execute("SELECT schema_name FROM tenants_tenant").fetchall()
        return str(row[0])


@contextmanager
def somebody_writing(cells: Running) -> Iterator[list[int]]:
    """The numbers of the people that were accepted, until writing is refused."""
    accepted: list[int] = []
    schema, stop = schema_in(cells, OLD), threading.Event()

    def write(writer: psycopg.Connection[Any]) -> None:
        names = sql.Identifier(f"r_{schema}"), sql.Identifier(schema)
        writer.execute(sql.SQL("SET ROLE {}; SET search_path = {}, extensions").format(*names))
        with suppress(psycopg.errors.InsufficientPrivilege):
            while not stop.wait(0.02):
                with writer.transaction():
                    row = writer.execute(
                        "INSERT INTO people_person (first_name) VALUES ('Meanwhile') RETURNING id"
                    ).fetchone()
                    number = row[0] if row else 0
                    writer.execute(
                        "UPDATE people_person SET last_name = 'Changed' WHERE id IN (%s, %s)", [number, number - PEOPLE]
                    )
                accepted.append(number)

    with cells.database(OLD, role="DATABASE_URL") as writer:
        thread = threading.Thread(target=write, args=[writer])
        thread.start()
        try:
            yield accepted
        finally:
            stop.set()
            thread.join()


def move(cells: Running) -> tuple[float, float]:
    """(read-only seconds, seconds in all), as the control plane counts them."""
    cells.shell("control", MOVE)
    began, shown = time.perf_counter(), ""
    with cells.database("control") as control:
        while time.perf_counter() - began < PATIENCE:
            stage, window, taken, error = control.execute(STAGE).fetchone() or ("", None, None, "")
            if stage != shown:
                note(f"{time.perf_counter() - began:6.1f} s  {stage} {error}")
                shown = stage
            if taken is not None:
                if stage != "done":
                    raise SystemExit(f"The move ended as {stage}: {error}")
                return float(window), float(taken)
            time.sleep(0.05)
    raise SystemExit(f"The move did not end within {PATIENCE} s.")


def sums(cells: Running, cell: str, uuid: str) -> dict[str, Any]:
    """Of each table the number and the sums of its rows, of each file its digest: all that the cell holds of it."""
    found: dict[str, Any] = {}
    schema = schema_in(cells, cell)
    with cells.database(cell) as database:
        database.execute("SET TIME ZONE 'UTC'; SET max_parallel_workers_per_gather = 2")
        for (table,) in database.execute(TABLES, [schema]).fetchall():
            found[table] = database.execute(sql.SQL(SUM).format(sql.Identifier(schema, table))).fetchone()
    files = cells.folder(cell) / "media" / "tenants" / uuid
    for file in sorted(files.rglob("*")):
        name = str(file.relative_to(files))
        if file.is_file() and not name.startswith("exports/"):
            found[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def main() -> None:
    var = ROOT / "var" / "bench" / "move" / "cells"
    with running(var, OLD, NEW) as cells:
        uuid = open_and_fill(cells)
        with somebody_writing(cells) as accepted:
            window, taken = move(cells)
        before, after = sums(cells, OLD, uuid), sums(cells, NEW, uuid)
    differing = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    note(f"{len(before)} tables and files compared; differing: {', '.join(differing) or 'none'}")
    files = sum(isinstance(value, str) for value in after.values())
    for metric, value, unit in (
        ("read_only_window_seconds", window, "s"),
        ("move_seconds", taken, "s"),
        ("people", float(after["people_person"][0]), ""),
        ("people_written_meanwhile", float(len(accepted)), ""),
        ("files", float(files), ""),
        ("checksums_equal", float(before == after and files == FILES), ""),
    ):
        report(bench="move", metric=metric, value=value, unit=unit)
    shutil.rmtree(Path(var))


if __name__ == "__main__":
    main()
