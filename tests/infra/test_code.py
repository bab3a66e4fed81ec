"""`make code`: the demo operator's six digits, whichever way the demo runs."""

import json
import os
import subprocess
import sys
import time
from base64 import b32decode
from pathlib import Path

from django_otp.oath import totp

from tests.infra.conftest import ROOT

SECRETS = ("JBSWY3DPEHPK3PXP", "KRSXG5CTMVRXEZLU")


def run_code(var: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "infra/local/code.py", str(var)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 -- our own command


def write_facts(folder: Path, secret: str, *, at: float) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "demo.json"
    file.write_text(json.dumps({"operator": {"totp_secret": secret}}))
    os.utime(file, (at, at))


def codes_around_now(secret: str) -> set[str]:
    """A step may end between the program's clock and ours."""
    return {f"{totp(b32decode(secret), drift=drift):06d}" for drift in (-1, 0)}


def test_the_code_is_that_of_the_demo_that_was_loaded_last(tmp_path: Path) -> None:
    together, apart = SECRETS
    write_facts(tmp_path, together, at=time.time() - 60)
    assert run_code(tmp_path).stdout[:6] in codes_around_now(together)
    write_facts(tmp_path / "control", apart, at=time.time())
    assert run_code(tmp_path).stdout[:6] in codes_around_now(apart)


def test_without_a_demo_it_says_what_to_do(tmp_path: Path) -> None:
    done = run_code(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "start it first" in done.stderr
