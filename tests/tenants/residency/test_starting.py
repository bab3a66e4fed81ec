"""The web server, the worker and the beat as processes: out of the region they end before they serve."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[3]
CELERY = [str(Path(sys.executable).parent / "celery"), "-q", "-A", "config.celery"]
(START,) = re.findall(r"^CMD (.+)$", (ROOT / "infra/deploy/Containerfile").read_text(), re.MULTILINE)
PROGRAMS = {
    "image": json.loads(START),
    "web": [sys.executable, "-c", "import config.wsgi; print('serves')"],
    "worker": [*CELERY, "worker", "--pool", "solo", "--without-gossip", "--without-mingle"],
    "beat": [*CELERY, "beat", "--pidfile", ""],
}


def start(program: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    address = os.environ["DATABASE_URL"].replace("/isoloir?", f"/{settings.DATABASES['default']['NAME']}?")
    environment = os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings"} | variables
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    schedule = ["--schedule", str(folder / "schedule")] if program == "beat" else []
    command = [*PROGRAMS[program], *schedule]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)  # noqa: S603 -- our own programs


@pytest.mark.parametrize("program", list(PROGRAMS))
def test_a_process_out_of_its_region_ends_and_names_the_setting(
    program: str, tmp_path: Path, live_database: None
) -> None:
    done = start(program, tmp_path, SMTP_URL="smtp://user:secret@smtp.sendgrid.net:587")
    assert done.returncode == 78
    assert "SMTP_URL leads to smtp.sendgrid.net" in done.stderr
    assert "secret" not in done.stderr + done.stdout


def test_a_process_on_the_database_of_another_cell_ends(tmp_path: Path, live_database: None) -> None:
    done = start("web", tmp_path, ISOLOIR_CELL="de-1", ISOLOIR_REGION="de")
    assert done.returncode == 78
    assert "DATABASE_URL leads to a database that was prepared for fr (fr-1)" in done.stderr


def test_a_process_in_its_region_serves(tmp_path: Path, live_database: None) -> None:
    done = start("web", tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "serves"), done.stderr
