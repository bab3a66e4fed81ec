"""Which DKIM key signs a campaign's mail: its own domain's, else the cell's, else none."""

from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from messaging.email.dkim import DkimSigner, UnusableKey
from messaging.email.models import SigningKey


def set_signing_key(*, domain: str, selector: str, pem: str, now: datetime) -> SigningKey:
    """Mail leaves in the name of this domain from now on, whatever the DNS says. Raises UnusableKey."""
    DkimSigner.from_pem(domain=domain, selector=selector, pem=pem)
    values = {"domain": domain.lower(), "selector": selector, "sealed_key": sealed(pem), "created_at": now}
    return SigningKey.objects.update_or_create(id=1, defaults=values | {"proved_at": now})[0]


def current_key() -> SigningKey | None:
    """The one that signs: the newest that the DNS shows."""
    return SigningKey.objects.exclude(proved_at=None).order_by("-proved_at", "-created_at").first()


def own_domain() -> str:
    key = current_key()
    return key.domain if key else ""


def return_domain() -> str:
    """Where refusals come back: below the campaign's own domain once its alias is there, else at the cell's."""
    key = current_key()
    return return_host(key.domain) if key and key.findings.get("return_path") == "good" else settings.MAIL_DOMAIN


def return_host(domain: str) -> str:
    return f"retour.{domain}"


def signer() -> DkimSigner | None:
    own = current_key()
    if own is not None:
        return signer_of(own)
    if settings.DKIM_SELECTOR and settings.DKIM_PRIVATE_KEY:
        pem = settings.DKIM_PRIVATE_KEY
        return DkimSigner.from_pem(domain=settings.MAIL_DOMAIN, selector=settings.DKIM_SELECTOR, pem=pem)
    return None


def signer_of(key: SigningKey) -> DkimSigner:
    """Raises UnusableKey."""
    return DkimSigner.from_pem(domain=key.domain, selector=key.selector, pem=_unsealed(key.sealed_key))


def sealed(pem: str) -> str:
    return _fernet().encrypt(pem.encode()).decode()


def _unsealed(text: str) -> str:
    try:
        return _fernet().decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise UnusableKey from error


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(b"messaging.signing" + settings.LASTING_KEY.encode()).digest()))
