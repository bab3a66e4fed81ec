"""The campaign's own domain as a sender: its key, the DNS records that it needs, and whether they are there.

Nothing changes for a message before the key of its signature stands in the DNS; when it is gone, mail leaves from the
platform's domain again. A key is changed by a second one, under a selector of its own: both are valid while mails are on
their way.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.email.enums import RecordState
from messaging.email.models import SigningKey
from messaging.email.signing import current_key, return_host, sealed, signer_of
from tenants.alarms import cancel_alarm, set_alarm
from tenants.context import require_tenant
from tenants.lifecycle.dns import aliases_of, texts_of

BITS = 2048
SLOTS = (1, 2)
ALARM = "email.check_domain"
EVERY, SOON = timedelta(days=1), timedelta(hours=1)
DMARC = "v=DMARC1; p=none"


class NoKey(Exception):
    """No domain was named."""


@dataclass(frozen=True, slots=True)
class DnsRecord:
    key: str
    kind: str
    name: str
    value: str
    use: str | Promise
    state: RecordState
    is_needed: bool = False


@transaction.atomic
def name_domain(*, domain: str, now: datetime) -> SigningKey:
    """Make a key for this domain, to be shown in its DNS. Named again, the key that waits is the same."""
    current, waiting = current_key(), waiting_key()
    for known in (waiting, current):
        if known is not None and known.domain == domain:
            return known
    return _make(domain, slot=waiting.pk if waiting else _free_slot(current), now=now)


@transaction.atomic
def rotate_key(*, now: datetime) -> SigningKey:
    """Make the next key of the domain in use. Raises NoKey."""
    current, waiting = current_key(), waiting_key()
    if current is None:
        raise NoKey
    return waiting or _make(current.domain, slot=_free_slot(current), now=now)


@transaction.atomic
def forget_domain() -> None:
    SigningKey.objects.all().delete()
    cancel_alarm(ALARM)


def waiting_key() -> SigningKey | None:
    """The newest that is not shown in the DNS yet."""
    return SigningKey.objects.filter(proved_at=None).order_by("-created_at").first()


def check_domain(*, now: datetime) -> None:
    """Ask the DNS for each record. Raises tenants.lifecycle.dns.DnsUnreachable, and nothing is known then."""
    asked = [(key, _findings(key)) for key in SigningKey.objects.order_by("pk")]
    with transaction.atomic():
        for key, findings in asked:
            _note(key, findings, now)
        # The former key signs nothing more: what it signed is checked against the DNS alone.
        if (current := current_key()) is not None:
            SigningKey.objects.exclude(proved_at=None).exclude(pk=current.pk).delete()
        if SigningKey.objects.exists():
            look_again(now=now)


def look_again(*, now: datetime, after: timedelta = EVERY) -> None:
    """In a transaction."""
    set_alarm(ALARM, due_at=now + after)


def records_of(key: SigningKey) -> list[DnsRecord]:
    """What stands on the screen, to be copied into the DNS."""
    found = {name: RecordState(state) for name, state in key.findings.items()}

    def state(name: str) -> RecordState:
        return found.get(name, RecordState.UNKNOWN)

    back = return_host(key.domain)
    return [
        DnsRecord(
            "dkim",
            "TXT",
            f"{key.selector}._domainkey.{key.domain}",
            public_text(key),
            SIGNATURE,
            state("dkim"),
            is_needed=True,
        ),
        DnsRecord("return_path", "CNAME", back, settings.MAIL_DOMAIN, RETURN_PATH, state("return_path")),
        DnsRecord("spf", "TXT", back, "", SPF, state("spf")),
        DnsRecord("dmarc", "TXT", f"_dmarc.{key.domain}", DMARC, POLICY, state("dmarc")),
    ]


SIGNATURE = _("DKIM: the signature of your messages. Needed: from then on they leave in the name of your domain.")
RETURN_PATH = _(
    "Return path: where refusals come back. Without it, some mailboxes show the platform’s name beside yours."
)
SPF = _("SPF: which servers may send for this name. It comes with the return path: nothing to copy.")
POLICY = _("DMARC: what mailboxes do with mails that only pretend to come from you. Gmail and Yahoo ask for one.")


def public_text(key: SigningKey) -> str:
    return signer_of(key).public_text()


def _make(domain: str, *, slot: int, now: datetime) -> SigningKey:
    private = generate_private_key(65537, BITS)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    # Two campaigns of one party may share a domain: each has selectors of its own.
    values = {
        "domain": domain,
        "selector": f"isoloir{slot}-{require_tenant().uuid.hex[:6]}",
        "sealed_key": sealed(pem),
        "created_at": now,
        "proved_at": None,
        "checked_at": None,
        "missed_at": None,
        "findings": {},
    }
    look_again(now=now)
    return SigningKey.objects.update_or_create(id=slot, defaults=values)[0]


def _free_slot(current: SigningKey | None) -> int:
    return next(slot for slot in SLOTS if current is None or slot != current.pk)


def _findings(key: SigningKey) -> dict[str, str]:
    back = return_host(key.domain)
    aliases = aliases_of(back)
    is_ours = settings.MAIL_DOMAIN in aliases
    senders = [text for text in texts_of(back) if text.startswith("v=spf1")] if is_ours else []
    texts = texts_of(f"{key.selector}._domainkey.{key.domain}")
    return {
        "dkim": _state(_public_key(public_text(key)) in map(_public_key, texts), texts),
        "return_path": _state(is_ours, aliases),
        "spf": _state(bool(senders), []),
        "dmarc": _state(_has_policy(key.domain), []),
    }


def _state(is_good: bool, others: list[str]) -> str:
    if is_good:
        return RecordState.GOOD.value
    return (RecordState.OTHER if others else RecordState.MISSING).value


def _public_key(text: str) -> str:
    """The tag `p=` alone: registrars add blanks and other tags."""
    tags = dict(part.strip().partition("=")[::2] for part in text.split(";"))
    return "".join(tags.get("p", "").split())


def _has_policy(domain: str) -> bool:
    """Of the domain or, as mailboxes read it, of the one above."""
    names = [domain, domain.partition(".")[2]]
    return any(
        text.upper().startswith("V=DMARC1") for name in names if "." in name for text in texts_of(f"_dmarc.{name}")
    )


def _note(key: SigningKey, findings: dict[str, str], now: datetime) -> None:
    """One look that finds nothing says nothing, a zone may be being changed; the second one ends the signatures."""
    key.findings, key.checked_at = findings, now
    if findings["dkim"] == RecordState.GOOD:
        key.proved_at, key.missed_at = key.proved_at or now, None
    elif key.proved_at and key.missed_at is None:
        key.missed_at = now
        look_again(now=now, after=SOON)
    elif key.proved_at and now - key.missed_at >= SOON:  # type: ignore[operator]
        key.proved_at = None
    # While the DNS was asked, the key may have made room for another domain's, or have been forgotten.
    SigningKey.objects.filter(pk=key.pk, sealed_key=key.sealed_key).update(
        findings=key.findings, checked_at=now, proved_at=key.proved_at, missed_at=key.missed_at
    )
