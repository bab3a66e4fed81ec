"""Which servers a campaign may have us ask."""

from typing import Any

import pytest

from crm.schedules.hosts import HostRefused, check_address, find_target, is_allowed

PRIVATE = (
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1",  # noqa: S104 -- refused, not bound to
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "::127.0.0.1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused_however_they_are_written(address: str) -> None:
    assert not is_allowed(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "51.159.1.1", "2001:4860:4860::8888", "2a01:e0a::1"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/a.csv", "address"), ("ftp://example.org/a.csv", "address"), ("file:///etc/passwd", "address"), ("https:///a.csv", "address"),
        ("https://user:secret@example.org/a.csv", "address"), ("https://example.org:99999/", "address"), ("nothing", "address"),
        ("https://127.0.0.1/", "refused"), ("https://[::1]/", "refused"), ("https://169.254.169.254/latest/meta-data/", "refused"),
        ("https://[::ffff:10.0.0.1]/", "refused"), ("https://192.168.0.1:8443/x", "refused"),
    ],
)  # fmt: skip
def test_an_address_is_refused_before_anybody_is_asked(url: str, reason: str) -> None:
    with pytest.raises(HostRefused) as refusal:
        check_address(url)
    assert refusal.value.reason == reason


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1"])
def test_names_and_spellings_of_this_machine_are_refused_by_what_they_lead_to(host: str) -> None:
    with pytest.raises(HostRefused) as refusal:
        find_target(f"https://{host}/")
    assert refusal.value.reason in ("refused", "unknown_host")


def test_a_test_alone_may_ask_the_loopback(settings: Any) -> None:
    settings.SCHEDULES_ALLOW_LOOPBACK = True
    assert find_target("http://127.0.0.1:8000/liste élus.csv?a=1&b=é").path == "/liste%20%C3%A9lus.csv?a=1&b=%C3%A9"
    assert not is_allowed("10.0.0.1")
    assert not is_allowed("169.254.169.254")
