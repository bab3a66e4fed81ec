"""In which language somebody is answered before anybody knows who it is."""

import pytest

from tenants.facts import TenantFacts
from tests.conftest import TenantClient


@pytest.mark.parametrize(
    ("asked", "language"),
    [("en-GB,en;q=0.9,fr;q=0.1", "en"), ("fr-FR", "fr"), ("de,en;q=0.5", "en"), ("de", "fr"), ("", "fr"), ("*", "fr")],
)
def test_the_sign_in_page_speaks_the_browsers_language(
    tenant: TenantFacts, site: TenantClient, asked: str, language: str
) -> None:
    answer = site.get("/bureau/login/", headers={"Accept-Language": asked})
    assert answer.headers["Content-Language"] == language
    assert f'lang="{language}"' in answer.content.decode()


def test_the_site_speaks_the_campaigns(tenant: TenantFacts, site: TenantClient) -> None:
    assert site.get("/", headers={"Accept-Language": "en"}).headers["Content-Language"] == "fr"
