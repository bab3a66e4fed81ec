"""«Où sont mes données ?» says what the cell proved, and nothing more."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.hosts import hosts
from tenants.models import Tenant
from tenants.residency.checks import Check
from tenants.residency.models import Proof

PAGE = "/ou-sont-mes-donnees/"
OVH: dict[str, Any] = {"country": "FR", "place": "Gravelines", "operator": "OVH SAS", "law": "FR", "basis": "listed"}
DATABASE = Check("database", "DATABASE_URL", "right", evidence="tag", facts={"host": "10.1.2.3"}, **OVH)
FILES = Check("storage", "S3_ENDPOINT_URL", "right", evidence="location", **OVH)


@pytest.fixture
def proved(tenant: TenantFacts, now: datetime) -> Any:
    def prove(*checks: Check) -> None:
        with public_context():
            Proof.objects.create(
                region="fr",
                cell="fr-1",
                at=now,
                has_passed=all(check.is_right for check in checks),
                checks=[check.plain() for check in checks],
            )

    return prove


def text_of(site: Client, path: str = PAGE) -> str:
    answer = site.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_each_place_has_its_country_and_its_company(site: Client, proved: Any) -> None:
    proved(DATABASE, replace(DATABASE, setting="DATABASE_OWNER_URL"), FILES)
    html = text_of(site)
    assert "Le 22 novembre 2026 à 10:30\xa0: tout est dans le pays annoncé, France." in html
    assert html.count("France, Gravelines, OVH SAS") == 2
    assert "Base de données · Fichiers" in html


def test_no_address_of_a_server_is_shown_to_the_public(site: Client, proved: Any) -> None:
    proved(DATABASE, FILES)
    html = text_of(site)
    for word in ("10.1.2.3", "DATABASE_URL", "S3_ENDPOINT_URL"):
        assert word not in html


@pytest.mark.parametrize(
    ("checks", "says"),
    [
        ([], "n’ont pas encore été vérifiés"),
        ([DATABASE, replace(FILES, verdict="elsewhere")], "un lieu n’est pas celui qui était annoncé"),
        ([DATABASE, replace(FILES, verdict="silent")], "un lieu n’a pas répondu"),
        ([Check("database", "DATABASE_URL", "right", basis="machine")], "dont le pays n’est pas déclaré"),
    ],
)
def test_the_last_check_is_told_as_it_was(site: Client, proved: Any, checks: list[Check], says: str) -> None:
    if checks:
        proved(*checks)
    assert says in text_of(site)


def test_the_page_is_found_from_the_footer_and_the_privacy_page(site: Client, proved: Any) -> None:
    home, privacy = text_of(site, "/"), str(site.get("/donnees-personnelles/", follow=True).content.decode())
    assert home.count(f'href="{PAGE}"') == 1
    assert privacy.count(f'href="{PAGE}"') == 2
    assert f'href="{PAGE}" aria-current="page"' in text_of(site)


def test_the_page_speaks_the_campaigns_language(site: Client, proved: Any, tenant: TenantFacts) -> None:
    proved(DATABASE)
    with public_context():
        Tenant.objects.filter(uuid=tenant.uuid).update(language="en")
    hosts.clear()
    html = text_of(site)
    assert "22 November 2026" in html or "Nov. 22, 2026" in html
    assert "Where is my data?" in html


def test_the_page_is_only_read(site: Client, tenant: TenantFacts) -> None:
    assert site.post(PAGE).status_code == 405
