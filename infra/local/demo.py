"""The whole product under one supervisor, from nothing to a campaign that one can click through."""

import json
import os
import socket
import sys
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from processes import Service, StackError, Stopped, Supervisor
from servers import free_port
from sharing import Folder, become_only_supervisor, is_named, start_servers, use_services

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
LOOPBACK = "127.0.0.1"
# Every few seconds, or for every object saved: in the logs, not on the screen.
UNSHOWN = (
    "tenants.ring_alarms",
    "tenants.resume_provisioning",
    "Scheduler: Sending due task",
    "django_tasks: Task id=",
    '"django_tasks"',
)


@dataclass(frozen=True)
class Plan:
    """What the person asked for, by variables and options."""

    host: str
    port: int
    outbox_port: int
    platform_host: str
    with_demo: bool
    fast: bool

    @property
    def platform_url(self) -> str:
        return f"http://{self.platform_host}:{self.port}/"


def plan_from_environment(*, with_demo: bool, fast: bool) -> Plan:
    return Plan(
        host=os.environ.get("HOST", LOOPBACK),
        port=_port("PORT", 8000),
        outbox_port=_port("OUTBOX_PORT", 8025),
        platform_host=os.environ.get("PLATFORM_HOST", "isoloir.localhost"),
        with_demo=with_demo,
        fast=fast,
    )


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable, "") or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise StackError(f"{variable} must be the number of a port, not “{text}”.")
    return int(text)


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
        state = folder.read_state() or {}
        if own is None and not state.get("keeper"):
            raise StackError(
                f"A demo already runs from {folder.var} (process {state.get('pid', 'unknown')}). Stop it first, with Ctrl-C in its window."
            )
        _check_ports(plan)
        if own:
            environment = start_servers(supervisor, folder, fast=plan.fast)
        else:
            environment, own = use_services(folder, fast=plan.fast)
        _start_product(supervisor, folder, plan, environment)
        _announce(supervisor, folder, plan, environment)
        supervisor.watch()
    except Stopped as signal_name:
        supervisor.say("demo", f"{signal_name}: stopping everything")
    finally:
        supervisor.stop()
        if own:
            own.close()
    return 0


def _check_ports(plan: Plan) -> None:
    check_port(plan.host, plan.port, variable="PORT", purpose="the web server")
    if not is_named("SMTP_URL"):
        check_port(LOOPBACK, plan.outbox_port, variable="OUTBOX_PORT", purpose="the page that shows caught mail")


def _start_product(supervisor: Supervisor, folder: Folder, plan: Plan, environment: dict[str, str]) -> None:
    if not is_named("SMTP_URL"):
        smtp_port = free_port()
        supervisor.start(outbox_service(folder, plan, smtp_port))
        environment |= {
            "SMTP_URL": f"smtp://{LOOPBACK}:{smtp_port}",
            "OUTBOX_URL": f"http://{LOOPBACK}:{plan.outbox_port}/",
        }
    folder.write_state(environment)
    environment |= {
        "VAR_DIR": str(folder.var),
        "PLATFORM_HOST": plan.platform_host,
        "PLATFORM_PORT": str(plan.port),
        "PYTHONUNBUFFERED": "1",
    }
    environment = {**environment, **{name: value for name, value in os.environ.items() if name in environment}}
    supervisor.run(command("prepare", ["manage.py", "prepare_cell"], environment))
    for service in (worker_service(environment), beat_service(folder, environment)):
        supervisor.start(service)
    supervisor.begin(web_service(plan, environment))
    if plan.with_demo:
        supervisor.run(command("load", ["manage.py", "load_demo"], environment))
    supervisor.wait_for("web")


def command(name: str, arguments: list[str], environment: dict[str, str]) -> Service:
    return Service(
        name=name,
        command=[sys.executable, *arguments],
        environment=environment,
        folder=ROOT,
        is_command=True,
        unshown=UNSHOWN,
    )


def outbox_service(folder: Folder, plan: Plan, smtp_port: int) -> Service:
    script = ROOT / "infra" / "outbox" / "serve.py"
    arguments = [
        "--folder",
        str(folder.var / "outbox"),
        "--smtp-port",
        str(smtp_port),
        "--web-port",
        str(plan.outbox_port),
    ]
    return Service(
        name="outbox",
        command=[sys.executable, str(script), *arguments],
        is_ready=lambda _pid: _listens(LOOPBACK, smtp_port),
    )


def web_service(plan: Plan, environment: dict[str, str]) -> Service:
    arguments = [
        "--interface",
        "wsgi",
        "--host",
        plan.host,
        "--port",
        str(plan.port),
        "--workers",
        "2",
        "--blocking-threads",
        "4",
        "--no-access-log",
    ]
    arguments += ["--respawn-failed-workers", "--workers-kill-timeout", "3"]
    return Service(
        name="web",
        is_ready=lambda _pid: _answers(plan),
        interval=0.3,
        unshown=UNSHOWN,
        command=[str(BIN / "granian"), *arguments, "config.wsgi:application"],
        environment=environment,
        folder=ROOT,
    )


def worker_service(environment: dict[str, str]) -> Service:
    queues = f"control,cell.{os.environ.get('ISOLOIR_CELL', 'fr-1')}"
    options = "worker --concurrency 2 --loglevel INFO --without-gossip --without-mingle"
    # As root, in a container, the same warning each time would hide what matters.
    quiet = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser:RuntimeWarning"}
    return celery_service("worker", [*options.split(), "--queues", queues], {**environment, **quiet})


def beat_service(folder: Folder, environment: dict[str, str]) -> Service:
    schedule = folder.var / "beat" / "schedule"
    schedule.parent.mkdir(exist_ok=True)
    return celery_service(
        "beat", ["beat", "--loglevel", "WARNING", "--schedule", str(schedule), "--pidfile", ""], environment
    )


def celery_service(name: str, arguments: list[str], environment: dict[str, str]) -> Service:
    command = [str(BIN / "celery"), "-q", "-A", "config.celery", *arguments]
    return Service(name=name, command=command, environment=environment, folder=ROOT, unshown=UNSHOWN)


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _answers(plan: Plan) -> bool:
    connection = HTTPConnection(plan.host, plan.port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": f"{plan.platform_host}:{plan.port}"})
        status = connection.getresponse().status
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    if status >= 500:
        raise StackError(
            f"The web server answers with error {status} at {plan.platform_url}. Its last lines say why; all are in var/log/web.log."
        )
    return True


def _announce(supervisor: Supervisor, folder: Folder, plan: Plan, environment: dict[str, str]) -> None:
    found = _demo_facts(folder) if plan.with_demo else {}
    ready: dict[str, object] = {"platform": plan.platform_url, "console": plan.platform_url + "console/"}
    ready |= {key: _at_port(str(found[key]), plan) for key in ("office", "site") if key in found}
    if "OUTBOX_URL" in environment:
        ready["outbox"] = environment["OUTBOX_URL"]
    ready["logins"] = {key: found[key] for key in ("owner", "operator") if key in found}
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
    return ["", *lines, "", "Ctrl-C stops everything; the data stays."]


def _demo_facts(folder: Folder) -> dict[str, object]:
    """What load_demo wrote: the demo campaign's addresses and logins."""
    try:
        return dict(json.loads((folder.var / "demo.json").read_text()))
    except (FileNotFoundError, ValueError) as error:
        raise StackError(f"manage.py load_demo left no {folder.var / 'demo.json'}.") from error


def _at_port(address: str, plan: Plan) -> str:
    """The file may come from a run on another port."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=f"{parts.hostname}:{plan.port}"))
