"""The whole product, started as `make demo` starts it, and a browser that walks through it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
START_SECONDS = 600
PATIENCE = 60_000  # milliseconds, for a page on a busy machine: waiting longer costs nothing where it comes soon
expect.set_options(timeout=30_000)
METRICS_TOKEN = "the journey counts too"
# Of the tests around us: the product under test has its own.
OUR_SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "VAR_DIR", "DJANGO_SETTINGS_MODULE")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Product:
    """Where the product under test answers, and who may enter."""

    ready: dict[str, Any]
    folder: Path

    @property
    def platform(self) -> str:
        return str(self.ready["platform"]).rstrip("/")

    @property
    def outbox(self) -> str:
        return str(self.ready["outbox"]).rstrip("/")

    @property
    def caught(self) -> Path:
        """Where the local stack keeps the mail that it caught."""
        return self.folder / "outbox"

    def campaign(self, slug: str) -> str:
        return self.platform.replace("://", f"://{slug}.")


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("product")
    environment = {key: value for key, value in os.environ.items() if key not in OUR_SERVERS}
    environment |= {"PORT": str(free_port()), "OUTBOX_PORT": str(free_port()), "VAR_DIR": str(folder)}
    environment["METRICS_TOKEN"] = METRICS_TOKEN
    command = [sys.executable, "infra/local/stack.py", "demo", "--fast", "--empty", "--var", str(folder)]
    log = folder / "stack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603 -- our own command
        try:
            yield Product(_wait_until_ready(process, log), folder)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def _wait_until_ready(process: "subprocess.Popen[bytes]", log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        found = next((line for line in lines if line.startswith("READY ")), None)
        if found:
            ready: dict[str, Any] = json.loads(found.removeprefix("READY "))
            return ready
        time.sleep(0.5)
    raise RuntimeError(
        "The product did not start:\n" + "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:])
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With a failure, what the product said last: where it ran, nobody can look afterwards."""
    report = yield
    product = getattr(item, "funcargs", {}).get("product")
    if report.failed and product is not None:
        lines = (product.folder / "stack.log").read_text(encoding="utf-8", errors="replace").splitlines()
        report.sections.append(("What the product said last", "\n".join(lines[-60:])))
    return report
