from typing import Any

import pytest

from tenants.roles import check_role


def test_one_process_for_everything_needs_no_bus(settings: Any) -> None:
    settings.ROLE, settings.BUS_URL = "all", ""
    assert check_role(None) == []


@pytest.mark.parametrize(("role", "ids"), [("control", ["isoloir.E010"]), ("cell", ["isoloir.E010", "isoloir.E011"])])
def test_a_role_apart_says_what_it_lacks(role: str, ids: list[str], settings: Any) -> None:
    settings.ROLE, settings.BUS_URL, settings.BUS_KEY = role, "", settings.SECRET_KEY
    assert [message.id for message in check_role(None)] == ids
    settings.BUS_URL, settings.BUS_KEY = "redis://fr-1:secret@bus/0", "its own"
    assert check_role(None) == []


def test_in_production_what_lasts_has_a_key_of_its_own(settings: Any) -> None:
    settings.ROLE, settings.BUS_URL, settings.BUS_KEY, settings.PRODUCTION = "cell", "redis://bus/0", "its own", True
    settings.LASTING_KEY = settings.SECRET_KEY
    assert [message.id for message in check_role(None)] == ["isoloir.E012"]
