"""Which DKIM key signs a campaign's mail: its own domain's, else the cell's, else none."""

from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from messaging.email.dkim import DkimSigner, UnusableKey
from messaging.email.models import SigningKey


def set_signing_key(*, domain: str, selector: str, pem: str, now: datetime) -> SigningKey:
    """Mail leaves in the name of this domain from now on. Raises UnusableKey."""
    DkimSigner.from_pem(domain=domain, selector=selector, pem=pem)
    sealed = _fernet().encrypt(pem.encode()).decode()
    values = {"domain": domain.lower(), "selector": selector, "sealed_key": sealed, "created_at": now}
    return SigningKey.objects.update_or_create(id=1, defaults=values)[0]


def own_domain() -> str:
    key = SigningKey.objects.first()
    return key.domain if key else ""


def signer() -> DkimSigner | None:
    own = SigningKey.objects.first()
    if own is not None:
        return DkimSigner.from_pem(domain=own.domain, selector=own.selector, pem=_unsealed(own.sealed_key))
    if settings.DKIM_SELECTOR and settings.DKIM_PRIVATE_KEY:
        pem = settings.DKIM_PRIVATE_KEY
        return DkimSigner.from_pem(domain=settings.MAIL_DOMAIN, selector=settings.DKIM_SELECTOR, pem=pem)
    return None


def _unsealed(sealed: str) -> str:
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise UnusableKey from error


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(b"messaging.signing" + settings.LASTING_KEY.encode()).digest()))
