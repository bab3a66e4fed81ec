"""The proof of residency: every store and provider of this process, checked against the declared region."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from tenants.bus import ResidencyReport, send_to_control
from tenants.context import public_context
from tenants.preparing import PreparationRefused
from tenants.residency.checks import Check
from tenants.residency.enums import Basis, Subject, Verdict
from tenants.residency.models import Proof, RegionTag
from tenants.residency.places import Place, country_label, country_of_region, find_place
from tenants.residency.probes import Answer, ask_bucket, ask_database, cell_name, server_identity
from tenants.residency.queries import last_proof
from tenants.residency.stores import Store, stores

logger = logging.getLogger(__name__)
PROVED_AGAIN_AFTER = timedelta(hours=23)
KEPT_FOR = timedelta(days=400)
# What prepare_cell itself puts right.
MENDED_BY_PREPARING = (Verdict.UNTAGGED, Verdict.OTHER_SERVER)


class OutOfRegion(PreparationRefused):
    """A store or provider of this process is not in its region. The message names the settings."""


def check_residency() -> list[Check]:
    """Every store and provider, in the settings' order. Raises OutOfRegion where the region itself is none of the EEA."""
    if not country_of_region(settings.REGION):
        raise OutOfRegion(
            f"ISOLOIR_REGION is {settings.REGION!r}: it must begin with the code of a country of the EEA (fr, de-south)."
        )
    return [check_store(store) for store in stores()]


def check_store(store: Store) -> Check:
    """The first host that is wrong decides; the store itself is asked only where every host is right."""
    checks = [_check_place(store, host, find_place(host, store.service)) for host in store.hosts]
    wrong = next((check for check in checks if not check.is_right), None)
    return wrong or _ask(store, checks[0])


def _check_place(store: Store, host: str, place: Place | None) -> Check:
    expected = country_of_region(settings.REGION)
    facts = {"host": host or "–", "cell": cell_name(), "expected": country_label(expected)}
    if place is None:
        return Check(store.subject, store.setting, Verdict.UNKNOWN, facts=facts)
    known = Check(
        store.subject,
        store.setting,
        Verdict.RIGHT,
        country=place.country,
        region=place.region,
        place=place.place,
        operator=place.operator,
        law=place.law,
        basis=place.basis,
        facts=facts,
    )
    if place.basis == Basis.MACHINE and not place.country:
        if not settings.PRODUCTION:
            return known
        store_named = {**facts, "store": store.setting}
        return replace(known, setting="MACHINE_COUNTRY", verdict=Verdict.UNDECLARED, facts=store_named)
    if place.country != expected and not store.is_of_every_country:
        setting = "MACHINE_COUNTRY" if place.basis == Basis.MACHINE else store.setting
        where = {**facts, "found": f"{host or '–'} ({place.country_label})"}
        return replace(known, setting=setting, verdict=Verdict.ELSEWHERE, facts=where)
    return known


def _ask(store: Store, check: Check) -> Check:
    if store.setting == "DATABASE_URL":
        return _with_answer(check, ask_database())
    if store.subject == Subject.STORAGE and settings.S3_BUCKET:
        return _with_answer(check, ask_bucket(expected=check.region or settings.S3_REGION))
    return check


def _with_answer(check: Check, answer: Answer) -> Check:
    setting = "S3_BUCKET" if answer.verdict in (Verdict.OTHER_LOCATION, Verdict.MISSING) else check.setting
    facts = {**check.facts, **answer.facts}
    return replace(check, setting=setting, verdict=answer.verdict, evidence=answer.evidence, facts=facts)


def require_residency() -> None:
    """Called when a process starts: raises OutOfRegion, in English and with the setting's name, on any mismatch."""
    with override("en"):
        checks = check_residency()
        refusals = [check.sentence for check in checks if check.is_refusal]
        if refusals:
            raise OutOfRegion("\n".join(dict.fromkeys(refusals)))
    for check in checks:
        if not check.is_right:
            logger.warning("Residency could not be checked: %s does not answer", check.setting)


def guard_preparation() -> None:
    """Before a database is prepared: not that of another cell, and nothing out of the region. Raises OutOfRegion."""
    with override("en"):
        wrong = [check for check in check_residency() if check.is_refusal]
        left = [check.sentence for check in wrong if check.verdict not in MENDED_BY_PREPARING]
    if left:
        raise OutOfRegion("\n".join(left))


def tag_database() -> None:
    """Write whose database this is, and on which server. It is called by prepare_cell, after the guard."""
    with public_context():
        values = {"region": settings.REGION, "cell": cell_name(), "server": server_identity()}
        tag = RegionTag.objects.first()
        if tag is None:
            RegionTag.objects.create(**values, written_at=timezone.now())
        elif any(getattr(tag, key) != value for key, value in values.items()):
            RegionTag.objects.filter(pk=tag.pk).update(**values, written_at=timezone.now())


def prove_residency(*, now: datetime) -> Proof:
    """Check everything, keep what was found, tell the control plane. A mismatch is kept and told like the rest."""
    checks = check_residency()
    with public_context(), transaction.atomic():
        Proof.objects.filter(at__lt=now - KEPT_FOR).delete()
        proof = Proof.objects.create(
            region=settings.REGION,
            cell=cell_name(),
            at=now,
            has_passed=all(check.is_right for check in checks),
            checks=[check.plain() for check in checks],
        )
        transaction.on_commit(partial(send_to_control, report_of(proof)))
    for check in checks:
        if check.is_refusal:
            logger.error("Out of its region: %s (%s)", check.setting, check.verdict)
    return proof


def renew_proof(*, now: datetime) -> Proof | None:
    """The daily proof; an hour later where the last one did not pass."""
    proof = last_proof()
    if proof and proof.has_passed and now - proof.at < PROVED_AGAIN_AFTER:
        return None
    return prove_residency(now=now)


def report_of(proof: Proof) -> ResidencyReport:
    return ResidencyReport(
        uuid=proof.uuid,
        cell=proof.cell,
        region=proof.region,
        has_passed=proof.has_passed,
        checks=tuple(proof.checks),
        at=proof.at,
    )
