"""Where Chromium is; installed from Debian when root has none."""

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    found = _installed()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium (apt-get install chromium): the journeys need a browser.", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        ):
            done = subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
            )
            if done.returncode:
                print(done.stderr.strip()[-2000:], flush=True)
        found = _installed()
    return found


def _installed() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)
