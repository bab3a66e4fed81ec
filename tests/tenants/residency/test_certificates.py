"""The certificate is a signed PDF that says what was proved, in the reader's language."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from tenants.residency.certificates import NoSigningKey, NotProved, issue_certificate
from tenants.residency.checks import Check
from tenants.residency.facts import CertificateFacts
from tenants.residency.signing import _made_pair, signing_key

OVH: dict[str, Any] = {"country": "FR", "place": "Gravelines", "operator": "OVH SAS", "law": "FR"}
CHECKS = [
    Check("database", "DATABASE_URL", "right", basis="own-list", evidence="tag", **OVH),
    Check("storage", "S3_ENDPOINT_URL", "right", basis="listed", evidence="location", region="gra", **OVH),
    Check("mail", "SMTP_URL", "right", basis="own-list", country="FR", operator="Relais SAS", law="FR"),
]


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.OPERATOR = {**settings.OPERATOR, "name": "Association Isoloir"}


@pytest.fixture
def facts(now: datetime) -> CertificateFacts:
    return CertificateFacts(
        campaign=UUID("11111111-1111-4111-8111-111111111111"),
        name="L’été avec Łukasz",
        host="ete.isoloir.localhost",
        region="fr",
        cell="fr-1",
        proof=UUID("33333333-3333-4333-8333-333333333333"),
        proved_at=now,
        checks=CHECKS,
    )


@pytest.fixture
def issued(facts: CertificateFacts, now: datetime) -> Callable[..., bytes]:
    def issue(language: str = "fr", **changes: Any) -> bytes:
        return issue_certificate(facts=replace(facts, **changes), language=language, now=now)

    return issue


def validated(pdf: bytes, *, trusted: bool = True) -> PdfSignatureStatus:
    roots = [signing_key().certificate] if trusted else []
    context = ValidationContext(trust_roots=roots, allow_fetching=False)

    async def validate() -> PdfSignatureStatus:
        signature = PdfFileReader(BytesIO(pdf)).embedded_signatures[0]
        return await async_validate_pdf_signature(signature, signer_validation_context=context)

    with ThreadPoolExecutor(max_workers=1) as alone:
        return alone.submit(asyncio.run, validate()).result()


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_the_signature_is_whole_and_trusted_by_who_trusts_the_key(issued: Callable[..., bytes]) -> None:
    pdf = issued()
    status = validated(pdf)
    assert status.bottom_line
    assert status.docmdp_ok
    assert not validated(pdf, trusted=False).bottom_line
    assert PdfFileReader(BytesIO(pdf)).embedded_signatures[0].sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


def test_a_changed_character_breaks_the_signature(issued: Callable[..., bytes]) -> None:
    pdf = issued()
    place = pdf.index(b"/Lang")
    changed = pdf[: place + 6] + b"(d" + pdf[place + 8 :]
    assert changed != pdf
    assert not validated(changed).intact


def test_it_says_what_was_proved_and_how(issued: Callable[..., bytes], facts: CertificateFacts) -> None:
    text = text_of(issued())
    for words in (
        "Certificat délivré à L’été avec Łukasz",
        "exploitée par Association Isoloir",
        "22 novembre 2026 à 10:30",
        "Tous se trouvent dans le pays annoncé : France",
        "OVH SAS droit : France",
        "liste des hébergeurs connus son serveur le dit",
        "clé d’essai",
    ):
        assert words in text.replace("\u00a0", " ")
    assert facts.fingerprint in text.replace(" ", "")


def test_english_readers_get_english(issued: Callable[..., bytes]) -> None:
    text = text_of(issued("en"))
    assert "All of them are in the country announced: France." in text
    assert "Fichiers" not in text


def test_the_fingerprint_is_of_the_facts_and_not_of_the_language(facts: CertificateFacts) -> None:
    assert facts.fingerprint == replace(facts).fingerprint
    assert facts.fingerprint != replace(facts, host="other.isoloir.localhost").fingerprint
    assert facts.fingerprint != replace(facts, checks=CHECKS[:2]).fingerprint


def test_an_undeclared_machine_is_certified_without_a_country(issued: Callable[..., bytes]) -> None:
    machine = [Check("database", "DATABASE_URL", "right", basis="machine", evidence="tag")]
    text = text_of(issued(checks=machine))
    assert "dont l’exploitant n’a pas déclaré le pays" in text
    assert "Tous se trouvent" not in text


@pytest.mark.parametrize("checks", [[], [*CHECKS, replace(CHECKS[2], verdict="silent")]])
def test_what_was_not_proved_is_not_certified(issued: Callable[..., bytes], checks: list[Check]) -> None:
    with pytest.raises(NotProved):
        issued(checks=checks)


def test_a_cell_with_very_many_places_takes_two_pages(issued: Callable[..., bytes]) -> None:
    many = [
        replace(CHECKS[2], subject=f"{number}", operator="Une entreprise au nom bien long, SAS") for number in range(14)
    ]
    assert len(PdfReader(BytesIO(issued(checks=many))).pages) == 2
    assert len(PdfReader(BytesIO(issued())).pages) == 1


class TestKey:
    def test_a_trial_key_is_made_once_and_kept(self) -> None:
        assert signing_key().fingerprint == signing_key().fingerprint
        assert signing_key().is_trial

    def test_in_production_there_is_no_certificate_without_a_key(
        self, settings: Any, issued: Callable[..., bytes]
    ) -> None:
        settings.PRODUCTION = True
        with pytest.raises(NoSigningKey):
            issued()

    def test_the_key_of_the_environment_signs(self, settings: Any, issued: Callable[..., bytes]) -> None:
        key, mark, certificate = _made_pair().partition("-----BEGIN CERTIFICATE-----")
        settings.PRODUCTION, settings.CERTIFICATE_KEY, settings.CERTIFICATE_CHAIN = True, key, mark + certificate
        assert not signing_key().is_trial
        status = validated(issued())
        assert status.bottom_line
        _kind, _headers, content = pem.unarmor((mark + certificate).encode())
        assert status.signing_cert.dump() == x509.Certificate.load(content).dump()
        assert status.signer_reported_dt is None or status.signer_reported_dt <= datetime.now(tz=UTC)
