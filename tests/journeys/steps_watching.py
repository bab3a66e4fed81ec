"""Afterwards: what the programs wrote about all this holds nobody's data."""

import csv
import json
import re
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.journeys.conftest import METRICS_TOKEN, Product
from tests.journeys.steps_opening import OWNER, SLUG
from tests.journeys.steps_people import FILES, SUPPORTER

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
PROGRAMS = ("web", "worker", "worker-long", "beat", "prepare")


def nothing_personal_in_logs(product: Product) -> None:
    logs = {name: product.folder / "log" / f"{name}.log" for name in PROGRAMS}
    said = "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in logs.values() if log.exists())
    assert any(json.loads(line)["logger"].startswith("celery") for line in said.splitlines() if line.startswith("{"))
    assert ADDRESS.findall(said) == []
    with (FILES / "nationbuilder-people-export-full.csv").open(encoding="utf-8") as file:
        imported = list(csv.DictReader(file))
    words = {row[column].strip("' ") for row in imported for column in ("full_name", "phone_number")} - {""}
    assert len(words) > 100
    private = sorted(words | {OWNER, SUPPORTER, "Le Guen-Benali", "Nour "})
    assert [word for word in private if word in said] == []


def figures_of_every_process(product: Product) -> None:
    """Web and worker count into one place; the page wants its token, and names no campaign."""
    address = product.platform.replace("isoloir.localhost", "127.0.0.1") + "/-/metrics"
    with pytest.raises(HTTPError):
        urlopen(address, timeout=30)  # noqa: S310 -- our own address
    request = Request(address, headers={"Authorization": f"Bearer {METRICS_TOKEN}"})  # noqa: S310 -- our own address
    text = urlopen(request, timeout=30).read().decode()  # noqa: S310 -- the same
    for expected in (
        r'isoloir_requests_total\{method="POST",route="compte/<uuid:uuid>/entrer/",status="302"\} [1-9]',
        r'isoloir_tasks_total\{outcome="success",task="tenants.provision"\} [1-9]',
        r'isoloir_mails_total\{outcome="accepted",way="mailing"\} [1-9]\d',
        r"isoloir_provisioning_seconds_count [1-9]",
        r'isoloir_queue_depth\{queue="control"\} \d',
        r'isoloir_queue_depth\{queue="cell.fr-1.long"\} \d',
        r"isoloir_alarms_due \d",
    ):
        assert re.search(expected, text), expected
    assert SLUG not in text
