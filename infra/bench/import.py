"""How long an import takes, from the uploaded file to its report, in a real tenant with a real worker.

The file has 18 columns as NationBuilder exports them, tags, 3 % of the people twice. Counted: receiving and reading the
file in the web's code, the queue, the worker, every commit (fsync on). Reference: a bare COPY of the same file.
"""

import csv
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
django.setup()

from django.core.files.uploadedfile import TemporaryUploadedFile  # noqa: E402 -- Django first
from django.utils import timezone  # noqa: E402 -- Django first
from results import note, report  # noqa: E402 -- Django first
from workers import Memory, campaign, worker  # noqa: E402 -- Django first

import config.celery  # noqa: E402, F401 -- the broker's address
from crm.geo.frames import commune_table  # noqa: E402 -- Django first
from crm.imports.models import Import  # noqa: E402 -- Django first
from crm.imports.services import Origin, declare_origin, launch_import  # noqa: E402 -- Django first
from crm.imports.uploading import receive_file  # noqa: E402 -- Django first
from shared.garbage import collect_seldom  # noqa: E402 -- Django first
from tenants.context import tenant_context  # noqa: E402 -- Django first
from tenants.owner import owner_connection, run_script  # noqa: E402 -- Django first
from tenants.preparing import prepare_database  # noqa: E402 -- Django first

ROWS = int(os.environ.get("ROWS") or 100_000)
REPEATED = 0.03
PATIENCE = 1_800
HEADER = [
    "nationbuilder_id",
    "first_name",
    "last_name",
    "email1",
    "email_opt_in",
    "mobile_number",
    "mobile_opt_in",
    "primary_address1",
    "primary_zip",
    "primary_city",
    "primary_country_code",
    "sex",
    "born_at",
    "occupation",
    "tag_list",
    "support_level",
    "created_at",
    "note",
]
FIRST = [
    "Marie",
    "Jean",
    "Léa",
    "Hugo",
    "Zoé",
    "Noël",
    "Inès",
    "Karim",
    "Aïcha",
    "Loïc",
    "Chloé",
    "Yann",
    "Océane",
    "René",
    "Gaël",
]
LAST = [
    "Martin",
    "Petit",
    "Durand",
    "Leroy",
    "Moreau",
    "Lefèvre",
    "Garcia",
    "Diallo",
    "Nguyen",
    "Le Goff",
    "Hoarau",
    "Pérez",
    "Roux",
]
MAILS = ["gmail.com", "orange.fr", "free.fr", "laposte.net", "proton.me", "wanadoo.fr", "hotmail.fr", "icloud.com"]
JOBS = ["", "cadre", "infirmier", "enseignante", "ouvrier", "retraité", "étudiante", "artisan", "commerçant"]
TAGS = [
    "écologie",
    "europe",
    "santé",
    "logement",
    "emploi",
    "jeunes",
    "retraites",
    "tractage",
    "collage",
    "bénévole",
    "porte-à-porte",
    "élu·e local·e",
]
STREETS = [
    "rue de la République",
    "avenue Jean-Jaurès",
    "boulevard Gambetta",
    "place de la Mairie",
    "allée des Érables",
    "chemin du Moulin",
]


def people(rows: int) -> Iterator[list[str]]:
    dice = random.Random(2026)  # noqa: S311 -- the same file each time
    places = commune_table().select("postcode", "name").rows()
    told: list[list[str]] = []
    for number in range(rows):
        if told and dice.random() < REPEATED:
            again = list(dice.choice(told))
            again[0], again[3] = str(number), again[3].upper()
            yield again
            continue
        row = person(number, dice, places)
        if len(told) < 20_000 or dice.random() < 0.1:
            told.append(row)
        yield row


def person(number: int, dice: random.Random, places: list[tuple[str, str]]) -> list[str]:
    first, last, (postcode, city) = dice.choice(FIRST), dice.choice(LAST), dice.choice(places)
    email = f"{first}.{last}{number}@{dice.choice(MAILS)}".lower().replace(" ", "") if dice.random() < 0.95 else ""
    phone = f"0{dice.choice('67')}{dice.randrange(10**8):08d}" if dice.random() < 0.6 else ""
    return [
        str(number),
        first,
        last,
        email,
        dice.choice(("true", "true", "false")),
        phone,
        dice.choice(("true", "false")),
        f"{dice.randrange(1, 250)} {dice.choice(STREETS)}",
        postcode,
        city,
        "FR",
        dice.choice("MF"),
        f"{dice.randrange(1935, 2008)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}",
        dice.choice(JOBS),
        ", ".join(dice.sample(TAGS, dice.randrange(0, 4))),
        dice.choice(("", "1", "2", "3", "4", "5")),
        "2024-05-12T10:00:00Z",
        "",
    ]


def write_file(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(people(ROWS))


def bare_copy(path: Path) -> float:
    with owner_connection() as owner:
        run_script(
            owner,
            f"CREATE SCHEMA bench_copy; CREATE TABLE bench_copy.bare ({', '.join(f'{name} text' for name in HEADER)})",
        )
        began = time.perf_counter()
        with (
            owner.cursor() as cursor,
            cursor.copy("COPY bench_copy.bare FROM STDIN (FORMAT csv, HEADER)") as copy,
            path.open("rb") as stream,
        ):
            while block := stream.read(1 << 20):
                copy.write(block)
        owner.commit()
        return time.perf_counter() - began


def one_import(path: Path) -> float:
    began = time.perf_counter()
    now = timezone.now()
    upload = TemporaryUploadedFile(path.name, "text/csv", path.stat().st_size, "utf-8")
    upload.file = path.open("rb")
    run = receive_file(upload=upload, user_id=None, now=now)
    received = time.perf_counter()
    origin = Origin("former_tool", "Bench", [], "Je veux des nouvelles.", None, "fill", [])
    declare_origin(import_id=run.pk, origin=origin)
    launch_import(import_id=run.pk, over_limit=0, now=now)
    finished = wait_for(run)
    seconds = time.perf_counter() - began
    note(f"received {received - began:.2f} s, imported {seconds - (received - began):.2f} s: {finished.state}, created {finished.created}, "
         f"updated {finished.updated}, unchanged {finished.unchanged}, merged {finished.merged}, rejected {finished.rejected}")  # fmt: skip
    if finished.state != "done" or finished.position != ROWS:
        raise SystemExit(f"The import ended as {finished.state} at row {finished.position}")
    return seconds


def wait_for(run: Import) -> Import:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        run.refresh_from_db()
        if not run.at_work:
            return run
        time.sleep(0.1)  # each look costs the import a millisecond
    raise SystemExit("The import did not end")


def main() -> None:
    prepare_database(say=note)
    collect_seldom()  # as the web's processes do: it is their code that receives the file
    tenant = campaign("banc-import")
    with tempfile.TemporaryDirectory() as folder, worker() as process, tenant_context(tenant):
        path = Path(folder) / "people.csv"
        write_file(path)
        note(f"{ROWS} rows, {path.stat().st_size / 1e6:.1f} MB")
        memory = Memory(process)
        seconds = one_import(path)
        peak = memory.stop()
        again = one_import(path)
        copied = bare_copy(path)
    report(bench="import", metric="import_seconds", value=seconds, unit="s", reference=copied)
    report(bench="import", metric="rows_per_second", value=ROWS / seconds, unit="rows/s", reference=ROWS / copied)
    report(bench="import", metric="peak_memory_mb", value=peak, unit="MB")
    report(bench="import", metric="reimport_seconds", value=again, unit="s", reference=copied)


if __name__ == "__main__":
    main()
