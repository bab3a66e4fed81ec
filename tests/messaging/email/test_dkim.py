import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from messaging.email.dkim import DkimSigner, UnusableKey
from messaging.email.mime import header_block

HEADERS = [
    (b"From", b"Maud <maud@courrier.example>"),
    (b"To", b"lea@example.fr"),
    (b"Subject", b"=?utf-8?q?Rendez=2Dvous_?=\r\n =?utf-8?q?L=C3=A9a?="),
    (b"List-Unsubscribe", b"<https://maud.example/courrier/desabonnement/x/>"),
    (b"List-Unsubscribe-Post", b"List-Unsubscribe=One-Click"),
]


def test_another_library_verifies_the_signature_over_both_list_headers() -> None:
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    record = "v=DKIM1; k=rsa; p=" + "".join(public.splitlines()[1:-1])
    body = b"Bonjour =C3=A9t=C3=A9\r\n.point\r\n"

    signature = DkimSigner.from_pem(domain="courrier.example", selector="s1", pem=pem).header(HEADERS, body)
    message = header_block([signature, *HEADERS]) + b"\r\n" + body

    assert b"list-unsubscribe:list-unsubscribe-post" in signature[1]
    assert dkim.verify(message, dnsfunc=lambda _name, timeout=5: record.encode())
    assert not dkim.verify(
        message.replace(b"One-Click", b"Two-Click"), dnsfunc=lambda _name, timeout=5: record.encode()
    )


def test_a_key_that_cannot_be_read_is_named_so() -> None:
    with pytest.raises(UnusableKey):
        DkimSigner.from_pem(domain="a.example", selector="s", pem="nothing")
