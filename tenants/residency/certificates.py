"""The certificate of where a campaign's data lies, as a signed PDF."""

from datetime import datetime

from django.utils.translation import override

from tenants.facts import TenantFacts
from tenants.residency.facts import CertificateFacts
from tenants.residency.queries import last_proof


class NotProved(Exception):
    """The cell's last check did not pass, or there is none: there is nothing to certify."""


class NoSigningKey(Exception):
    """CERTIFICATE_KEY and CERTIFICATE_CHAIN are not set, and this is production."""


def certificate_facts(*, tenant: TenantFacts) -> CertificateFacts:
    """What this cell proved last, for one of its campaigns; raises NotProved where it proved nothing yet."""
    proof = last_proof()
    if proof is None:
        raise NotProved(tenant.cell)
    return CertificateFacts(
        campaign=tenant.uuid,
        name=tenant.name,
        host=tenant.primary_host,
        region=proof.region,
        cell=proof.cell,
        proof=proof.uuid,
        proved_at=proof.at,
        checks=proof.findings,
    )


def issue_certificate(*, facts: CertificateFacts, language: str, now: datetime) -> bytes:
    """The PDF, signed. Raises NotProved, and NoSigningKey where the installation has none."""
    if not facts.checks or not all(check.is_right for check in facts.checks):
        raise NotProved(str(facts.proof))
    # A fifth of the time in which a process starts, for what a campaign asks for once a year.
    from tenants.residency.drawing import draw_certificate  # noqa: PLC0415 -- two heavy libraries
    from tenants.residency.signing import sign_pdf, signing_key  # noqa: PLC0415 -- two heavy libraries

    key = signing_key()
    with override(language):
        return sign_pdf(draw_certificate(facts, signer=key, now=now), key=key)
