"""What a visitor reads when a page cannot be prepared: in the campaign's look, and without the database."""

import pytest
from django.core.cache import cache
from django.db import DataError, connection
from django.test import Client

from sitebuilder.pages import outage
from sitebuilder.themes.models import Appearance
from tenants.facts import TenantFacts


@pytest.fixture
def visitor(site: Client) -> Client:
    site.raise_request_exception = False
    return site


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    outage._looks.clear()


def break_the_database() -> None:
    """Every query fails from here on: PostgreSQL answers nothing more in a transaction that is lost."""
    with connection.cursor() as cursor, pytest.raises(DataError):
        cursor.execute("SELECT 1 / 0")


def test_an_error_wears_the_look_of_the_campaign(visitor: Client, tenant: TenantFacts) -> None:
    Appearance.objects.update_or_create(defaults={"theme": "tract"})
    assert visitor.get("/").status_code == 200
    break_the_database()

    answer = visitor.get("/inscription/")

    html = answer.content.decode()
    assert answer.status_code == 500
    assert 'data-theme="tract"' in html
    assert tenant.name in html
    assert "Une erreur de notre côté" in html
    assert answer["Cache-Control"] == "no-store"


def test_another_process_knows_the_look_from_the_cache(visitor: Client, tenant: TenantFacts) -> None:
    Appearance.objects.update_or_create(defaults={"theme": "quartier"})
    visitor.get("/")
    outage._looks.clear()
    break_the_database()

    assert 'data-theme="quartier"' in visitor.get("/inscription/").content.decode()


def test_a_look_that_nobody_knows_and_the_office_have_the_plain_page(visitor: Client, tenant: TenantFacts) -> None:
    cache.delete(outage.KEY)
    break_the_database()

    for path in ("/inscription/", "/bureau/login/"):
        answer = visitor.get(path)
        assert "data-theme" not in answer.content.decode()
