import pytest

from tests.conftest import TenantClient

PAGES = [
    "/",
    "/ouvrir/",
    "/connexion/",
    "/mot-de-passe/",
    "/mentions-legales/",
    "/confidentialite/",
    "/sous-traitance/",
    "/accessibilite/",
    "/etat/",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_public_page_answers_in_both_languages(platform: TenantClient, path: str, language: str) -> None:
    platform.cookies["language"] = language
    response = platform.get(path)
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.content.decode()


def test_the_home_page_shows_every_tier_with_and_without_vat(platform: TenantClient) -> None:
    platform.cookies["language"] = "fr"
    page = platform.get("/").content.decode()
    assert "1\u00a0000\u00a0000" in page
    assert "999\u00a0€" in page
    assert "1\u00a0198,80\u00a0€" in page
