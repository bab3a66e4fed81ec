"""`CELLS=fr-1,de-1`: what is in which database, who reaches what, and a campaign opened in the second cell."""

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.infra.conftest import Stack, wait_until
from tests.infra.fleet import PLATFORM, Fleet, ask, start_fleet

OPEN = """
from datetime import UTC, datetime
from billing.plans import PLANS
from controlplane.models import Region
from controlplane.services.campaigns import CampaignDraft, open_campaign
from tenants.context import enter_public
from tenants.users.models import User
enter_public()
owner, _ = User.objects.get_or_create(email="ada@example.org")
draft = CampaignDraft(name="Essai", slug="{slug}", kind="party", region=Region.objects.get(code="{region}"), plan=PLANS[1], language="fr")
print(open_campaign(draft=draft, owner=owner, now=datetime.now(UTC)).uuid)
"""
TABLES = "SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'"
STATE = "SELECT state FROM controlplane_campaign WHERE slug = '{}'"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    fleet = start_fleet(Stack(tmp_path / "var"), "fr-1", "de-1")
    yield fleet
    fleet.stop()


def open_campaign(fleet: Fleet, slug: str, region: str) -> str:
    """Asked of the control plane; returns its UUID when the cell has set it up."""
    script = OPEN.format(slug=slug, region=region)
    uuid = fleet.run("control", sys.executable, "manage.py", "shell", "--no-imports", "-c", script)
    wait_until(lambda: fleet.sql("control", STATE.format(slug)) == "active")
    return uuid


@pytest.mark.long
def test_control_plane_and_cells_live_apart_and_work_together(fleet: Fleet) -> None:
    control, cell = fleet.sql("control", TABLES).split(","), fleet.sql("de-1", TABLES).split(",")
    assert "controlplane_campaign" in control
    assert [table for table in control if table.startswith("tenants_")] == []
    assert "tenants_tenant" in cell
    assert [table for table in cell if table.startswith(("controlplane_", "billing_", "users_", "auth_"))] == []

    wait_until(lambda: fleet.sql("control", "SELECT state FROM controlplane_cell WHERE name = 'de-1'") == "open")
    open_campaign(fleet, "essai", "de")
    host = f"essai.{PLATFORM}"
    assert fleet.get(host)[0] == 200
    assert "Essai" in fleet.get(host)[1]
    assert fleet.get_from("fr-1", host)[0] == 404
    assert fleet.sql("fr-1", "SELECT count(*) FROM tenants_tenant") == "0"
    assert fleet.sql("de-1", "SELECT slug, cell FROM tenants_tenant") == "essai|de-1"
    assert fleet.get(PLATFORM, "/interne/cellule?domain=" + host)[0] == 404
    _nobody_reaches_another_ones_queue(fleet)
    _a_cell_works_on_while_the_control_plane_hangs(fleet, host)
    _what_was_lost_is_put_right(fleet)


def _a_cell_works_on_while_the_control_plane_hangs(fleet: Fleet, host: str) -> None:
    schema = fleet.sql("de-1", "SELECT schema_name FROM tenants_tenant")
    people = f"SELECT count(*) FROM {schema}.people_person"  # noqa: S608 -- our own schema
    with fleet.without("control"):
        status, page = fleet.get(host)
        assert status == 200
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        time.sleep(3)  # a form that is sent back within two seconds was not filled in by a person
        form = {**hidden, "email": "chloe@example.org", "first_name": "Chloé"}
        assert ask(fleet.port, host, "POST", "/inscription/", form)[0] == 303
        assert fleet.get(host, "/bureau/")[0] in (200, 302)
        wait_until(lambda: fleet.sql("de-1", people) == "1")
        assert fleet.sql("control", "SELECT contacts FROM controlplane_campaign WHERE slug = 'essai'") == "0"
    contacts = "SELECT contacts FROM controlplane_campaign WHERE slug = 'essai'"
    wait_until(lambda: fleet.sql("control", contacts) == "1")


def _what_was_lost_is_put_right(fleet: Fleet) -> None:
    """A change of limits that never reached the bus: the cell tells its directory when its carrier comes back."""
    fleet.sql("control", "UPDATE billing_subscription SET sequence = 7")
    assert fleet.sql("de-1", "SELECT limits_sequence FROM tenants_tenant") != "7"
    for pid in fleet.pids("de-1"):
        if "carry_messages" in Path(f"/proc/{pid}/cmdline").read_text():
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: fleet.sql("de-1", "SELECT limits_sequence FROM tenants_tenant") == "7")


def _nobody_reaches_another_ones_queue(fleet: Fleet) -> None:
    broker = redis.Redis.from_url(fleet.environment("fr-1")["BUS_URL"])
    assert broker.llen("bus.fr-1.down") == 0
    for forbidden in (
        lambda: broker.llen("bus.de-1.down"),
        lambda: broker.lpush("bus.de-1.up", "{}"),
        lambda: broker.llen("control"),
        broker.keys,
        broker.flushall,
        broker.config_get,
    ):
        with pytest.raises(redis.exceptions.NoPermissionError):
            forbidden()
    keys = {party: fleet.environment(party) for party in ("control", "fr-1", "de-1")}
    for name in ("SECRET_KEY", "BUS_KEY", "DATABASE_URL", "REDIS_URL", "BUS_URL"):
        assert len({environment[name] for environment in keys.values()}) == 3, name
