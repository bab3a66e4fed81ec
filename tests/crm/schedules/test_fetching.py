"""A file from somebody else's server: what is taken, and what is not."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crm.schedules import fetching
from crm.schedules.fetching import Unfetched, fetched
from tests.crm.schedules.servers import Answer, Server, serving

SECRET = {"Authorization": "Bearer quiet"}


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    settings.SCHEDULES_ALLOW_LOOPBACK = True
    with serving() as running:
        yield running


def body(url: str, **options: Any) -> bytes:
    with fetched(url, SECRET, **options) as blocks:
        return b"".join(blocks)


def refusal(url: str, **options: Any) -> tuple[str, str]:
    with pytest.raises(Unfetched) as failure:
        body(url, **options)
    return failure.value.reason, failure.value.detail


def test_the_file_comes_whole_and_the_secret_goes_along(server: Server) -> None:
    server.answers["/a.csv"] = Answer(b"email\n" + b"x" * 200_000)
    assert len(body(f"{server.address}/a.csv?v=1")) == 200_006
    [(path, headers)] = server.asked
    assert (path, headers["Authorization"], headers["Host"]) == ("/a.csv?v=1", "Bearer quiet", server.address[7:])


def test_a_redirect_is_followed_and_another_server_hears_no_secret(server: Server) -> None:
    with serving() as other:
        server.answers["/a"] = Answer(status=302, headers={"Location": "/b"})
        server.answers["/b"] = Answer(status=307, headers={"Location": f"{other.address}/c"})
        other.answers["/c"] = Answer(b"email\n")
        assert body(f"{server.address}/a") == b"email\n"
        assert [headers.get("Authorization") for _path, headers in [*server.asked, *other.asked]] == [
            "Bearer quiet",
            "Bearer quiet",
            None,
        ]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://169.254.169.254/latest/", "refused"),
        ("https://10.0.0.1/", "refused"),
        ("file:///etc/passwd", "address"),
        ("", "redirects"),
    ],
)
def test_a_redirect_leads_nowhere_private(server: Server, location: str, reason: str) -> None:
    server.answers["/a"] = Answer(status=302, headers={"Location": location})
    assert refusal(f"{server.address}/a")[0] == reason


def test_without_the_tests_setting_the_loopback_is_refused_and_never_asked(server: Server, settings: Any) -> None:
    settings.SCHEDULES_ALLOW_LOOPBACK = False
    assert refusal(f"{server.address.replace('http:', 'https:')}/a.csv")[0] == "refused"
    assert server.asked == []


def test_answers_that_are_no_file_are_told_apart(server: Server) -> None:
    server.answers["/gz"] = Answer(b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    server.answers["/cut"] = Answer(b"email\n", cut=10)
    server.answers["/no"] = Answer(status=403)
    assert refusal(f"{server.address}/gz") == ("encoding", "")
    assert refusal(f"{server.address}/cut") == ("cut_off", "")
    assert refusal(f"{server.address}/no") == ("status", "403")
    assert refusal(f"{server.address}/nowhere") == ("status", "404")


def test_a_file_that_is_too_big_is_not_read_to_its_end(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_FILE_SIZE", 1000)
    server.answers["/told"] = Answer(b"x" * 1001)
    assert refusal(f"{server.address}/told")[0] == "too_big"


def test_a_server_that_sends_a_byte_at_a_time_does_not_hold_the_worker(server: Server) -> None:
    server.answers["/slow"] = Answer(b"x" * 1000, slow=0.05)
    assert refusal(f"{server.address}/slow", total=0.4)[0] == "too_slow"


def test_nobody_there_is_unreachable(settings: Any) -> None:
    settings.SCHEDULES_ALLOW_LOOPBACK = True
    with serving() as gone:
        address = gone.address
    assert refusal(f"{address}/")[0] == "unreachable"


def test_a_certificate_that_nobody_signed_is_refused(settings: Any, tmp_path: Path) -> None:
    settings.SCHEDULES_ALLOW_LOOPBACK = True
    running = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    running.socket = context.wrap_socket(running.socket, server_side=True)
    running.handle_error = lambda *_args: None  # type: ignore[method-assign]
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        assert refusal(f"https://localhost:{running.server_port}/")[0] == "certificate"
    finally:
        running.shutdown()
        running.server_close()


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path
