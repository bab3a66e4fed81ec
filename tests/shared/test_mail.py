import pytest

from shared.mail import smtp_options


@pytest.mark.parametrize(
    ("address", "host", "port", "use_ssl", "use_tls", "username"),
    [
        ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, False, False, ""),
        (
            "smtp://me%40example.org:pw@mail.example.org:587?starttls=true",
            "mail.example.org",
            587,
            False,
            True,
            "me@example.org",
        ),
        ("smtps://mail.example.org", "mail.example.org", 465, True, False, ""),
    ],
)
def test_the_smtp_address_says_how_to_connect(
    address: str, host: str, port: int, use_ssl: bool, use_tls: bool, username: str
) -> None:
    options = smtp_options(address)
    assert (options["host"], options["port"], options["use_ssl"], options["use_tls"], options["username"]) == (
        host,
        port,
        use_ssl,
        use_tls,
        username,
    )
