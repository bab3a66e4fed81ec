"""Where the data lies, in the office: the owner's page and her certificate."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.residency.checks import Check
from tenants.residency.models import Proof
from tests.conftest import TenantClient

PAGE, PDF = "/bureau/reglages/lieux/", "/bureau/reglages/lieux/certificat.pdf"


@pytest.fixture
def proved(tenant: TenantFacts, now: datetime, settings: Any, tmp_path: Path) -> Callable[[str], None]:
    settings.VAR_DIR = tmp_path

    def prove(verdict: str) -> None:
        check = Check("mail", "SMTP_URL", verdict, country="FR", operator="Relais SAS", law="FR", basis="own-list")
        with public_context():
            Proof.objects.create(
                region="fr", cell="fr-1", at=now, has_passed=verdict == "right", checks=[check.plain()]
            )

    return prove


def test_the_page_says_each_place_and_how_it_is_known(office: TenantClient, proved: Callable[[str], None]) -> None:
    assert "n’ont pas encore été vérifiés" in office.get(PAGE).content.decode()
    proved("right")
    html = office.get(PAGE).content.decode()
    for words in ("Relais SAS (France)", "déclaré par l’opérateur", "dans sa région", "22 novembre 2026"):
        assert words in html


def test_the_certificate_is_downloaded_in_either_language(office: TenantClient, proved: Callable[[str], None]) -> None:
    proved("right")
    answer = office.get(PDF)
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer["Content-Disposition"] == 'attachment; filename="isoloir-demain-2026-11-22.pdf"'
    english = office.get(f"{PDF}?langue=en")
    assert english.content != answer.content
    assert office.get(f"{PDF}?langue=xx").content[:5] == b"%PDF-"


def test_no_certificate_is_given_where_nothing_is_proved(
    office: TenantClient, proved: Callable[[str], None], settings: Any
) -> None:
    assert office.get(PDF)["Location"] == PAGE
    proved("elsewhere")
    html = office.get(PDF, follow=True).content.decode()
    assert "Pas de certificat\xa0: la dernière vérification" in html
    assert "Télécharger en français" not in html
    proved("right")
    settings.PRODUCTION = True
    assert "pas de clé pour le signer" in office.get(PDF, follow=True).content.decode()


@pytest.mark.parametrize("path", [PAGE, PDF])
def test_the_page_and_the_certificate_are_of_those_who_keep_the_settings(
    office_as: Callable[[str], TenantClient], tenant: TenantFacts, path: str
) -> None:
    assert office_as("reader").get(path).status_code == 403
    assert office_as("communications").get(path).status_code == 403
    assert office_as("owner").post(path).status_code == 405
    stranger = TenantClient(tenant.primary_host).get(path)
    assert (stranger.status_code, "/bureau/login/" in stranger["Location"]) == (302, True)
