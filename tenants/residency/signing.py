"""The key that signs certificates, and the signature itself (PAdES). In development a key is made and kept in var/."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tenants.residency.certificates import NoSigningKey

TRIAL_NAME = "Isoloir – clé d’essai (trial key)"
FIELD = "Isoloir"


@dataclass(frozen=True, slots=True)
class SigningKey:
    key: PrivateKeyInfo
    certificate: Certificate
    chain: tuple[Certificate, ...]
    is_trial: bool

    @property
    def name(self) -> str:
        return str(self.certificate.subject.native.get("common_name") or self.certificate.subject.human_friendly)

    @property
    def fingerprint(self) -> str:
        return str(self.certificate.sha256_fingerprint).replace(" ", "").lower()


def signing_key() -> SigningKey:
    """From the environment, else (in development) the one in var/; raises NoSigningKey."""
    key, chain = settings.CERTIFICATE_KEY, settings.CERTIFICATE_CHAIN
    is_trial = not (key and chain)
    if is_trial:
        if settings.PRODUCTION:
            raise NoSigningKey
        key, chain = _trial_files(Path(settings.VAR_DIR) / "certificate")
    certificates = tuple(load_certs_from_pemder_data(chain.encode()))
    private = load_private_key_from_pemder_data(key.encode(), passphrase=None)
    return SigningKey(private, certificates[0], certificates[1:], is_trial)


def sign_pdf(pdf: bytes, *, key: SigningKey) -> bytes:
    """The document with a signature that any later change breaks (PAdES baseline B-B, no change permitted)."""
    store = SimpleCertificateStore.from_certs([key.certificate, *key.chain])  # type: ignore[no-untyped-call]
    signer = SimpleSigner(signing_cert=key.certificate, signing_key=key.key, cert_registry=store)
    about = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=_("Certificate of where the data lies"),
        name=key.name,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    # pyHanko runs an event loop: in a thread of its own, whatever the caller runs in.
    with ThreadPoolExecutor(max_workers=1) as alone:
        signed = alone.submit(asyncio.run, PdfSigner(about, signer).async_sign_pdf(writer)).result()
    return bytes(signed.getbuffer())


def _trial_files(folder: Path) -> tuple[str, str]:
    """The pair in one file, so that two processes that make it at once use the same one."""
    path = folder / "trial.pem"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=folder, delete=False) as file:
            file.write(_made_pair())
        try:
            os.link(file.name, path)
        except FileExistsError:
            pass
        finally:
            Path(file.name).unlink()
    key, mark, certificate = path.read_text(encoding="ascii").partition("-----BEGIN CERTIFICATE-----")
    return key, mark + certificate


def _made_pair() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, TRIAL_NAME)])
    today = datetime.now(tz=UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=3650))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode("ascii")
