"""The runbooks' links lead somewhere, their commands exist, and «add a cell» works as it is written."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.infra.conftest import OURS, Stack
from tests.infra.fleet import start_fleet
from tests.test_architecture import ROOT

RUNBOOKS = ROOT / "infra" / "runbooks"
PAGES = sorted(RUNBOOKS.glob("*.md"))


def commands(page: str) -> list[list[str]]:
    """What the page's `sh` blocks say, line by line, for a developer's machine."""
    blocks = re.findall(r"```sh\n(.*?)```", (RUNBOOKS / page).read_text(), re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_every_link_leads_to_a_file() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert (RUNBOOKS / target).exists(), f"{page.name}: {target}"


def test_every_management_command_exists() -> None:
    known = get_commands()
    for page in PAGES:
        for name in re.findall(r"manage\.py ([a-z_]+)", page.read_text()):
            assert name in known, f"{page.name}: {name}"


def test_every_compose_file_and_secret_that_is_named_exists() -> None:
    made = (ROOT / "infra" / "deploy" / "make-secrets").read_text()
    for page in PAGES:
        text = page.read_text()
        for name in re.findall(r"compose\.[a-z]+\.yaml", text):
            assert (ROOT / "infra" / "deploy" / name).exists(), f"{page.name}: {name}"
        for name in re.findall(r"secrets/([a-z-]+)\b(?!/)", text):
            assert f"keep {name} " in made, f"{page.name}: {name}"


@pytest.mark.long
def test_add_a_cell_works_as_written(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "var")
    prepare, first, second, *checks = commands("add-a-cell.md")
    assert prepare == ["make", ".venv"]
    for line, cells in ((first, ["fr-1"]), (second, ["fr-1", "de-1"])):
        variable, python, script, *arguments, background = line
        assert (variable, python, script, background) == (
            f"CELLS={','.join(cells)}",
            ".venv/bin/python",
            "infra/local/stack.py",
            "&",
        )
        fleet = start_fleet(stack, *cells, arguments=tuple(arguments))
        try:
            assert list(fleet.ready["cells"]) == cells
            said = [_run(check, stack.var) for check in checks] if cells == ["fr-1", "de-1"] else []
        finally:
            fleet.stop()
    environment, prepared, letters = said
    assert "ISOLOIR_CELL=de-1" in environment
    assert "Role cell ready" in prepared
    assert "No dead letter." in letters


def _run(command: list[str], var: Path) -> str:
    """As written, but for the folder of the data."""
    words = [str(var / word.removeprefix("var/")) if word.startswith("var/") else word for word in command]
    clean = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(words, cwd=ROOT, env=clean, capture_output=True, text=True, check=False)  # noqa: S603 -- our own runbook
    assert done.returncode == 0, done.stderr
    return done.stdout
