"""The whole product under one supervisor, from nothing to a campaign that one can click through."""

import json
import os
import socket
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from fleet import CONTROL, start_fleet
from processes import StackError, Stopped, Supervisor
from product import LOOPBACK, Plan, beat_service, command, outbox_service, web_service, worker_services
from servers import free_port
from sharing import Folder, become_only_supervisor, is_named, start_servers, use_services


def check_port(host: str, port: int, *, variable: str, purpose: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise StackError(
                f"Port {port} ({purpose}) is reserved to root. Choose another one: {variable}=8080 make demo"
            ) from error
        except OSError as error:
            free = free_port()
            message = f"Port {port} ({purpose}) is taken by another program. Stop that program, or choose another port: {variable}={free} make demo"
            raise StackError(message) from error


def demo(folder: Folder, plan: Plan) -> int:
    supervisor = Supervisor(logs=folder.var / "log", echo=True)
    supervisor.listen_to_signals()
    own = become_only_supervisor(folder)
    try:
        if own is None:
            _refuse_second(folder)
        _check_ports(plan)
        if plan.cells:
            environment, cells = _start_apart(supervisor, folder, plan, alone=own is not None)
        else:
            environment, own = _start_together(supervisor, folder, plan, own)
            cells = {}
        _announce(supervisor, folder, plan, environment, cells)
        supervisor.watch()
    except Stopped as signal_name:
        supervisor.say("demo", f"{signal_name}: stopping everything")
    finally:
        supervisor.stop()
        if own:
            own.close()
    return 0


def _refuse_second(folder: Folder) -> None:
    state = folder.read_state() or {}
    if not state.get("keeper"):
        raise StackError(
            f"A demo already runs from {folder.var} (process {state.get('pid', 'unknown')}). Stop it first, with Ctrl-C in its window."
        )


def _check_ports(plan: Plan) -> None:
    check_port(plan.host, plan.port, variable="PORT", purpose="the web server")
    if not is_named("SMTP_URL"):
        check_port(LOOPBACK, plan.outbox_port, variable="OUTBOX_PORT", purpose="the page that shows caught mail")


def _start_apart(
    supervisor: Supervisor, folder: Folder, plan: Plan, *, alone: bool
) -> tuple[dict[str, str], dict[str, str]]:
    if not alone:
        raise StackError("Another command uses the servers of this folder: wait for its end.")
    environment = _start_outbox(supervisor, folder, plan)
    return environment, start_fleet(supervisor, folder, plan, environment)


def _start_together(
    supervisor: Supervisor, folder: Folder, plan: Plan, own: IO[str] | None
) -> tuple[dict[str, str], IO[str]]:
    if own:
        environment = start_servers(supervisor, folder, fast=plan.fast)
    else:
        environment, own = use_services(folder, fast=plan.fast)
    _start_product(supervisor, folder, plan, environment)
    return environment, own


def _start_outbox(supervisor: Supervisor, folder: Folder, plan: Plan) -> dict[str, str]:
    if is_named("SMTP_URL"):
        return {}
    smtp_port = free_port()
    supervisor.start(outbox_service(folder, plan, smtp_port))
    return {"SMTP_URL": f"smtp://{LOOPBACK}:{smtp_port}", "OUTBOX_URL": f"http://{LOOPBACK}:{plan.outbox_port}/"}


def _start_product(supervisor: Supervisor, folder: Folder, plan: Plan, environment: dict[str, str]) -> None:
    environment |= _start_outbox(supervisor, folder, plan)
    folder.write_state(environment)
    environment |= {
        "VAR_DIR": str(folder.var),
        "PLATFORM_HOST": plan.platform_host,
        "PLATFORM_PORT": str(plan.port),
        "PYTHONUNBUFFERED": "1",
    }
    environment = {**environment, **{name: value for name, value in os.environ.items() if name in environment}}
    supervisor.run(command("prepare", ["manage.py", "prepare_cell"], environment))
    for service in (*worker_services(environment), beat_service(folder, environment)):
        supervisor.start(service)
    supervisor.begin(web_service(plan, environment))
    if plan.with_demo:
        supervisor.run(command("load", ["manage.py", "load_demo"], environment))
    supervisor.wait_for("web")


def _announce(
    supervisor: Supervisor, folder: Folder, plan: Plan, environment: dict[str, str], cells: dict[str, str]
) -> None:
    found = _demo_facts(folder.var / CONTROL if cells else folder.var) if plan.with_demo else {}
    ready: dict[str, object] = {"platform": plan.platform_url, "console": plan.platform_url + "console/"}
    ready |= {key: _at_port(str(found[key]), plan) for key in ("office", "site") if key in found}
    if "OUTBOX_URL" in environment:
        ready["outbox"] = environment["OUTBOX_URL"]
    ready["logins"] = {key: found[key] for key in ("owner", "operator") if key in found}
    if cells:
        ready["cells"] = cells
    for line in _summary(ready):
        supervisor.say("demo", line)
    print("READY " + json.dumps(ready, ensure_ascii=False), flush=True)


def _summary(ready: dict[str, object]) -> list[str]:
    logins = dict(ready["logins"]) if isinstance(ready["logins"], dict) else {}
    lines = [f"{name:<9} {address}" for name, address in ready.items() if isinstance(address, str)]
    lines += [f"{name:<9} {login.get('email')}  {login.get('password')}" for name, login in logins.items()]
    if "totp_secret" in dict(logins.get("operator", {})):
        lines.append(
            "code      make code (the console asks for it; an authenticator app takes the secret of the READY line)"
        )
    cells = dict(ready["cells"]) if isinstance(ready.get("cells"), dict) else {}
    lines += [f"{name:<9} {address}" for name, address in cells.items()]
    return ["", *lines, "", "Ctrl-C stops everything; the data stays."]


def _demo_facts(var: Path) -> dict[str, object]:
    """What load_demo wrote: the demo campaign's addresses and logins."""
    try:
        return dict(json.loads((var / "demo.json").read_text()))
    except (FileNotFoundError, ValueError) as error:
        raise StackError(f"manage.py load_demo left no {var / 'demo.json'}.") from error


def _at_port(address: str, plan: Plan) -> str:
    """The file may come from a run on another port."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=f"{parts.hostname}:{plan.port}"))
