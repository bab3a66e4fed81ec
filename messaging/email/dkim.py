"""DKIM signatures (RFC 6376), relaxed headers and simple body, made with a key that is read once.

The body is hashed as it is: what we write is already in its canonical form. Both List-Unsubscribe headers are
always signed, as RFC 8058 asks.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

SIGNED = (
    b"from",
    b"reply-to",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)
SPACES = re.compile(rb"[ \t]*(\r\n[ \t]+|[ \t]+)[ \t]*")


class UnusableKey(Exception):
    """The private key cannot be read, or is of a kind that DKIM does not know."""


@dataclass(frozen=True, slots=True)
class DkimSigner:
    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @classmethod
    def from_pem(cls, *, domain: str, selector: str, pem: str) -> "DkimSigner":
        try:
            key = load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError) as error:
            raise UnusableKey from error
        if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
            raise UnusableKey
        return cls(domain, selector, key)

    def public_text(self) -> str:
        """What stands in the DNS under `<selector>._domainkey.<domain>`."""
        if isinstance(self.key, RSAPrivateKey):
            kind, form = "rsa", PublicFormat.SubjectPublicKeyInfo
            public = self.key.public_key().public_bytes(Encoding.DER, form)
        else:
            kind, public = "ed25519", self.key.public_key().public_bytes_raw()
        return f"v=DKIM1; k={kind}; p={b64encode(public).decode()}"

    def header(self, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> tuple[bytes, bytes]:
        by_name = {name.lower(): value for name, value in headers}
        names = [name for name in SIGNED if name in by_name]
        algorithm = b"rsa-sha256" if isinstance(self.key, RSAPrivateKey) else b"ed25519-sha256"
        unsigned = b"v=1; a=%b; c=relaxed/simple; d=%b; s=%b; h=%b; bh=%b; b=" % (
            algorithm,
            self.domain.encode("idna"),
            self.selector.encode("ascii"),
            b":".join(names),
            b64encode(sha256(body).digest()),
        )
        signed = b"".join(b"%b:%b\r\n" % (name, relaxed(by_name[name])) for name in names)
        return b"DKIM-Signature", unsigned + b64encode(self._sign(signed + b"dkim-signature:" + unsigned))

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(data, PKCS1v15(), SHA256())
        return self.key.sign(sha256(data).digest())


def relaxed(value: bytes) -> bytes:
    return SPACES.sub(b" ", value).strip()
