from typing import Any

import pytest
from django.db import connection

from tenants.facts import TenantFacts
from tenants.models import Template
from tests.conftest import TenantClient


def balancer(**headers: str) -> TenantClient:
    """Asks by the machine's address: no campaign and no platform has that name."""
    return TenantClient("10.0.0.7", **headers)


@pytest.mark.usefixtures("db")
def test_alive_asks_nothing_of_the_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = balancer().get("/-/live")
    assert (response.json(), response.cookies) == ({"live": True}, {})


@pytest.mark.usefixtures("db")
def test_ready_when_database_redis_and_template_are_there(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(8):
        response = balancer().get("/-/ready")
    assert (response.status_code, response.json()) == (200, {"ready": True, "missing": []})
    assert response["Cache-Control"] == "no-store"


def test_a_cell_without_the_template_of_its_code_is_not_ready(public_schema: None, settings: Any) -> None:
    Template.objects.all().delete()
    response = balancer().get("/-/ready")
    assert (response.status_code, response.json()["missing"]) == (503, ["template"])
    settings.ROLE = "control"  # sets no campaign up
    assert balancer().get("/-/ready").status_code == 200


@pytest.mark.usefixtures("db")
def test_not_ready_without_redis(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert balancer().get("/-/ready").json()["missing"] == ["redis"]


def test_not_ready_without_the_database(live_database: None) -> None:
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        assert "database" in balancer().get("/-/ready").json()["missing"]
    finally:
        connection.settings_dict["PORT"] = port


def test_probes_answer_on_a_campaigns_host_too_and_to_reading_only(site: TenantClient, tenant: TenantFacts) -> None:
    assert site.get("/-/live").status_code == 200
    assert site.post("/-/live").status_code == 405
    assert site.get("/-/").status_code == 404
