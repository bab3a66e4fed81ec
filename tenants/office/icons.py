"""Lucide's icons (ISC, see templates/office/icons/LICENSE.txt), drawn with a stroke: {% icon name="iso-users" %}."""

from pathlib import Path

FOLDER = Path(__file__).parent / "templates" / "office" / "icons"


def icon_templates() -> list[str]:
    return sorted(f"office/icons/{path.name}" for path in FOLDER.glob("iso-*.svg"))
