"""A control plane and cells of their own on one machine: `make demo CELLS=fr-1,de-1`.

Each has its own PostgreSQL, Redis, files and processes, as if on another machine. They share a broker for the bus alone,
where a cell has a user of its own, and a front server that takes a request to the cell of its host.
"""

import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from processes import Service, StackError, Supervisor, labelled
from product import (
    LOOPBACK,
    ROOT,
    Plan,
    beat_service,
    carrier_service,
    command,
    listens,
    web_service,
    worker_services,
)
from servers import BusRedis, free_port
from sharing import Folder, become_only_supervisor, is_named, start_servers

CONTROL = "control"
BUCKET_REGIONS = {"fr": "eu-west-3", "de": "eu-central-1"}
EXTERNAL = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "BUS_URL")


@dataclass
class Party:
    """The control plane or one cell: its folder, the port of its web process, its environment."""

    name: str
    folder: Folder
    port: int
    environment: dict[str, str]


def start_fleet(supervisor: Supervisor, folder: Folder, plan: Plan, common: dict[str, str]) -> dict[str, str]:
    """Starts everything; returns where the cells' own web processes answer."""
    _check(plan)
    supervisor.label_width = max(len(f"{name}.worker-long") for name in (*plan.cells, CONTROL))
    common = common | {"PLATFORM_HOST": plan.platform_host, "PLATFORM_PORT": str(plan.port), "PYTHONUNBUFFERED": "1"}
    common["TEMPLATE_FOLDER"] = os.environ.get("TEMPLATE_FOLDER", str(folder.var / "templates"))
    bus = BusRedis(folder.var, fast=plan.fast)
    supervisor.start(bus.service())
    control = _start_control(supervisor, folder, plan, common | {"BUS_URL": bus.url})
    known = {cell: _register(cell, bus, control) for cell in plan.cells}
    bus.load_access_file()
    cells = [_start_cell(supervisor, folder, plan, common | known[name]) for name in plan.cells]
    _prepare(supervisor, *cells)
    for party in (control, *cells):
        _start_processes(supervisor, plan, party)
    supervisor.start(_front_service(folder, plan, control, cells))
    if plan.with_demo:
        _load_demo(supervisor, control, cells[0])
    for party in (control, *cells):
        supervisor.wait_for(f"{party.name}.web")
    return {cell.name: f"http://{LOOPBACK}:{cell.port}/" for cell in cells}


def _check(plan: Plan) -> None:
    named = [name for name in EXTERNAL if is_named(name)]
    if named:
        raise StackError(
            f"With CELLS each cell has servers of its own: take {', '.join(named)} out of the environment."
        )
    if CONTROL in plan.cells:
        raise StackError("A cell cannot be called control.")


def _start_control(supervisor: Supervisor, folder: Folder, plan: Plan, environment: dict[str, str]) -> Party:
    region = plan.cells[0].rpartition("-")[0]
    role = {"ISOLOIR_ROLE": CONTROL, "ISOLOIR_REGION": region}
    control = _party(supervisor, CONTROL, folder.var / CONTROL, plan, environment | role)
    for name in ("bus-key", "lasting-key"):
        control.environment[name.upper().replace("-", "_")] = _kept_secret(control.folder.var / name)
    # `stack.py exec` without a folder means the control plane.
    folder.write_state(control.environment)
    control.folder.write_state(control.environment)
    _prepare(supervisor, control)
    return control


def _start_cell(supervisor: Supervisor, folder: Folder, plan: Plan, environment: dict[str, str]) -> Party:
    name = environment["ISOLOIR_CELL"]
    cell = _party(supervisor, name, folder.var / "cells" / name, plan, environment)
    if plan.with_s3:
        cell.environment |= _start_s3(supervisor, name)
    cell.folder.write_state(cell.environment)
    return cell


def _party(supervisor: Supervisor, name: str, var: Path, plan: Plan, environment: dict[str, str]) -> Party:
    folder = Folder(var)
    lock = become_only_supervisor(folder)
    if lock is None:
        raise StackError(f"Another command uses the servers of {var}: wait for its end.")
    supervisor.kept.enter_context(lock)
    servers = start_servers(supervisor, folder, fast=plan.fast, label=name)
    own = {"VAR_DIR": str(var), "SECRET_KEY": _kept_secret(var / "secret-key")}
    return Party(name, folder, free_port(), {**environment, **servers, **own})


def _prepare(supervisor: Supervisor, *parties: Party) -> None:
    """Side by side: each has a database of its own."""
    commands = [(party.name, command("prepare", ["manage.py", "prepare_cell"], party.environment)) for party in parties]
    supervisor.run(*(labelled(service, name) for name, service in commands))


def _register(cell: str, bus: BusRedis, control: Party) -> dict[str, str]:
    """Puts the cell into the catalogue and among the bus's users; what the control plane tells is the cell's environment."""
    arguments = ["manage.py", "add_cell", cell, "--open-region", "--access-file", str(bus.access_file)]
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **control.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StackError(f"The cell {cell} could not be added: {done.stderr.strip()[-500:]}")
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def _start_processes(supervisor: Supervisor, plan: Plan, party: Party) -> None:
    own_plan = replace(plan, host=LOOPBACK, port=party.port)
    services = [
        *worker_services(party.environment),
        beat_service(party.folder, party.environment),
        carrier_service(party.environment),
    ]
    for service in services:
        supervisor.start(labelled(service, party.name))
    supervisor.begin(labelled(web_service(own_plan, party.environment, workers=1), party.name))


def _front_service(folder: Folder, plan: Plan, control: Party, cells: list[Party]) -> Service:
    arguments = ["--host", plan.host, "--port", str(plan.port), "--platform", plan.platform_host]
    arguments += ["--control", f"{LOOPBACK}:{control.port}", "--routes", str(folder.run / "routes.json")]
    for cell in cells:
        arguments += ["--cell", f"{cell.name}={LOOPBACK}:{cell.port}"]
    script = Path(__file__).with_name("front.py")
    return Service(
        name="front",
        command=[sys.executable, str(script), *arguments],
        is_ready=lambda _pid: listens(plan.host, plan.port),
    )


def _load_demo(supervisor: Supervisor, control: Party, cell: Party) -> None:
    """The control plane opens the campaign, its cell sets it up, and then fills it."""
    for party in (control, cell):
        supervisor.run(labelled(command("load", ["manage.py", "load_demo"], party.environment), party.name))


def _start_s3(supervisor: Supervisor, name: str) -> dict[str, str]:
    """A server of its own with one bucket. It keeps everything in memory: files are gone when it stops."""
    port, bucket, region = free_port(), f"isoloir-{name}", BUCKET_REGIONS.get(name.rpartition("-")[0], "eu-west-1")
    script = str(Path(__file__).with_name("s3.py"))
    service = Service(
        name="s3",
        command=[sys.executable, script, "--port", str(port), "--bucket", bucket, "--region", region],
        is_ready=lambda _pid: listens(LOOPBACK, port),
        is_server=True,
    )
    supervisor.start(labelled(service, name))
    return {
        "S3_BUCKET": bucket,
        "S3_ENDPOINT_URL": f"http://{LOOPBACK}:{port}",
        "S3_REGION": region,
        "S3_ACCESS_KEY_ID": name,
        "S3_SECRET_ACCESS_KEY": secrets.token_urlsafe(18),
    }


def _kept_secret(file: Path) -> str:
    """Made once: sessions and links outlive a restart."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(36))
    return file.read_text()
