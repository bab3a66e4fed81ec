"""What a process needs for its role, checked before it starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error


def check_role(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.ROLE == "all":
        return []
    found: list[CheckMessage] = []
    if not settings.BUS_URL:
        hint = "The control plane and its cells meet on that broker; `manage.py add_cell` prints a cell's address."
        found.append(Error(f"BUS_URL is not set, and ISOLOIR_ROLE is {settings.ROLE}.", hint=hint, id="isoloir.E010"))
    if settings.ROLE == "cell" and settings.BUS_KEY == settings.SECRET_KEY:
        hint = "`manage.py add_cell`, on the control plane, prints the one of this cell."
        found.append(Error("BUS_KEY is not set, and ISOLOIR_ROLE is cell.", hint=hint, id="isoloir.E011"))
    if settings.PRODUCTION and settings.LASTING_KEY == settings.SECRET_KEY:
        hint = "Campaigns that move between cells keep their suppression lists by it: every cell has the same."
        found.append(
            Error("LASTING_KEY is not set, and control plane and cells are apart.", hint=hint, id="isoloir.E012")
        )
    return found
