"""Unmistakable supporters go through a cell by every way in; nothing of them is found anywhere but in that cell.

The whole product runs: a control plane and two cells, each with its servers and its bucket, and a sink of ours for error
reports. The same search finds them in their own cell: finding nothing elsewhere is not for want of looking.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
import redis

from tenants.provisioning import schema_name_for
from tests.infra.conftest import Stack, wait_until
from tests.infra.fleet import PLATFORM, Fleet, ask, start_fleet
from tests.isolation.traces import REFUSED, SIGNED_UP, WORDS, files_in, traces, traces_in_files
from tests.shared.sentry_sink import Sink, sentry_sink

HOST = f"essai.{PLATFORM}"
UUID_OF_IT = uuid4()
SCHEMA = schema_name_for(UUID_OF_IT)
OPENED = "SELECT state = 'active' FROM controlplane_campaign"
EXPORTED = "SELECT state = 'done' FROM campaign_jobs_campaignjob WHERE kind = 'export'"
PEOPLE = f"SELECT count(*) FROM {SCHEMA}.people_person"  # noqa: S608 -- our own schema
# A row of this person is refused by the database, whose error quotes the whole row.
REFUSE = f"ALTER TABLE {SCHEMA}.people_person ADD CONSTRAINT canary CHECK (last_name <> '{REFUSED['last_name']}')"
TOLD = "all that it was ever told"
TELLING = ("control", "fr-1", "bus")


@pytest.fixture
def sentry() -> Iterator[Sink]:
    with sentry_sink() as sink:
        yield sink


@pytest.fixture
def fleet(tmp_path: Path, sentry: Sink, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    for name, value in {"S3": "1", "SENTRY_DSN": sentry.dsn, "SEND_UNDO_SECONDS": "0"}.items():
        monkeypatch.setenv(name, value)
    fleet = start_fleet(Stack(tmp_path / "var"), "fr-1", "de-1")
    for address in brokers(fleet).values():
        _write_everything_down(address)
    yield fleet
    fleet.stop()


@pytest.mark.long
def test_supporters_of_one_cell_leave_no_trace_outside_of_it(fleet: Fleet, sentry: Sink) -> None:
    do(fleet, "control", "open_one")
    wait_until(lambda: fleet.sql("control", OPENED) == "t")
    assert sign_up(fleet, SIGNED_UP) == 303
    do(fleet, "fr-1", "import_one")
    wait_until(lambda: fleet.sql("fr-1", PEOPLE) == "2")
    errors_that_quote_rows(fleet, sentry)
    wait_until(lambda: len(mails_to_canaries(fleet)) == 2)
    do(fleet, "control", "export")
    wait_until(lambda: fleet.sql("control", EXPORTED) == "t")
    for party in ("fr-1", "de-1"):
        do(fleet, party, "report")

    found_where_they_belong(fleet)
    assert found_elsewhere(fleet, sentry) == {}


def do(fleet: Fleet, party: str, step: str) -> None:
    fleet.run(party, sys.executable, "-m", "tests.isolation.canary", step, str(UUID_OF_IT))


def sign_up(fleet: Fleet, person: dict[str, str]) -> int:
    """As the form does it without JavaScript, behind a link that has the address in it."""
    page = fleet.get(HOST, f"/?email={person['email']}")[1]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    time.sleep(2.2)  # nobody types faster
    return ask(fleet.port, HOST, "POST", "/inscription/", {**hidden, **person, "consent_email": "on"})[0]


def errors_that_quote_rows(fleet: Fleet, sentry: Sink) -> None:
    """In a request and in a task."""
    fleet.sql("fr-1", REFUSE)
    assert sign_up(fleet, REFUSED) == 500
    wait_until(lambda: "IntegrityError" in sentry.wire)
    of_the_request = len(sentry.bodies)
    do(fleet, "fr-1", "write_and_be_refused")
    wait_until(lambda: len(sentry.bodies) > of_the_request)
    assert fleet.sql("fr-1", PEOPLE) == "2"


def mails_to_canaries(fleet: Fleet) -> dict[str, set[str]]:
    return traces_in_files((name, mail) for name, mail in files_in(fleet.stack.var / "outbox") if name.endswith(".eml"))


def found_where_they_belong(fleet: Fleet) -> None:
    in_the_database = traces(dump(fleet, "fr-1", f"--schema={SCHEMA}"))
    assert in_the_database >= set(WORDS) - {"ottâvienne"}  # the name of her file is kept, her row was not
    in_the_bucket = traces_in_files(bucket(fleet, "fr-1"))
    assert {name.split("/")[2] for name in in_the_bucket} >= {"imports", "exports"}
    assert set().union(*in_the_bucket.values()) == set(WORDS)


def found_elsewhere(fleet: Fleet, sentry: Sink) -> dict[str, set[str]]:
    var = fleet.stack.var
    places = {
        "control's database": dump(fleet, "control"),
        "de-1's database": dump(fleet, "de-1"),
        "fr-1's registry": dump(fleet, "fr-1", "--schema=public"),
        "error reports": sentry.wire.encode(),
    }
    for name, folder in broker_folders(fleet).items():
        (commands,) = folder.glob("*.aof")
        places[f"{name}: {TOLD}"] = commands.read_bytes()
    assert all(places.values()), {name for name, content in places.items() if not content}
    # Of the campaign itself they tell, and the search reads it.
    assert all(traces(places[f"{name}: {TOLD}"], forms={str(UUID_OF_IT).encode(): "uuid"}) for name in TELLING)
    logs = list(files_in(var / "log"))
    assert {"fr-1.postgres.log", "fr-1.web.log", "fr-1.worker.log", "de-1.web.log", "control.web.log"} <= {
        name for name, _content in logs
    }
    return (
        traces_in_files(places.items())
        | traces_in_files(logs)
        | traces_in_files((f"de-1's bucket: {name}", content) for name, content in bucket(fleet, "de-1"))
        | {f"{party}'s files": found for party in ("control", "de-1") if (found := _in_folders(fleet, party))}
    )


def _in_folders(fleet: Fleet, party: str) -> set[str]:
    """What lies beside the databases, whose files are in the dumps."""
    servers = {"postgres", "redis"}
    files = (file for file in files_in(fleet.var(party)) if file[0].split("/")[0] not in servers)
    return set().union(*traces_in_files(files).values())


def brokers(fleet: Fleet) -> dict[str, str]:
    own = {party: fleet.environment(party)["REDIS_URL"] for party in ("control", "fr-1", "de-1")}
    return {**own, "bus": fleet.environment("control")["BUS_URL"]}


def broker_folders(fleet: Fleet) -> dict[str, Path]:
    return {party: fleet.var(party) / "redis" for party in ("control", "fr-1", "de-1")} | {
        "bus": fleet.stack.var / "bus"
    }


def _write_everything_down(address: str) -> None:
    """A queue is empty again by the time one looks: the server keeps a file of every write that it was ever told."""
    broker = redis.Redis.from_url(address)
    broker.config_set("aof-use-rdb-preamble", "no")
    broker.config_set("auto-aof-rewrite-percentage", "0")
    broker.config_set("appendonly", "yes")
    broker.close()


def dump(fleet: Fleet, party: str, *options: str) -> bytes:
    environment = fleet.environment(party)
    command = [f"{environment['PG_BIN']}/pg_dump", "--dbname", environment["DATABASE_OWNER_URL"], *options]
    return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 -- our own program


def bucket(fleet: Fleet, party: str) -> Iterator[tuple[str, bytes]]:
    environment = fleet.environment(party)
    client = boto3.client(
        "s3",
        endpoint_url=environment["S3_ENDPOINT_URL"],
        region_name=environment["S3_REGION"],
        aws_access_key_id=environment["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["S3_SECRET_ACCESS_KEY"],
    )
    name = environment["S3_BUCKET"]
    for item in client.list_objects_v2(Bucket=name).get("Contents", []):
        yield item["Key"], client.get_object(Bucket=name, Key=item["Key"])["Body"].read()
