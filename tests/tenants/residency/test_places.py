from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tenants.residency.enums import Basis, Country
from tenants.residency.places import KNOWN, find_place, is_this_machine, providers
from tenants.residency.stores import hosts_of_database, hosts_of_url, server_of_folder


def test_every_known_place_is_in_the_area_and_says_who_says_so() -> None:
    lines = providers(str(KNOWN), Basis.LISTED)
    assert len(lines) > 15
    assert {line.place.country for line in lines} <= set(Country.values)
    assert all(line.place.source and line.place.checked_on and line.place.law for line in lines)
    assert all(line.place.checked_on <= date(2027, 12, 31) for line in lines if line.place.checked_on)
    assert len({(line.host, line.services) for line in lines}) == len(lines)


@pytest.mark.parametrize(
    ("host", "service", "country"),
    [
        ("s3.gra.io.cloud.ovh.net", "storage", "FR"),
        ("S3.GRA.io.cloud.ovh.net.", "storage", "FR"),
        ("rw-1234.rdb.fr-par.scw.cloud", "database", "FR"),
    ],
)
def test_a_known_host_has_a_place(host: str, service: str, country: str) -> None:
    place = find_place(host, service)
    assert place
    assert (place.country, place.basis) == (country, "listed")


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("s3.gra.io.cloud.ovh.net", "mail"),
        ("evil-s3.gra.io.cloud.ovh.net", "storage"),
        ("rdb.fr-par.scw.cloud", "database"),
        ("x.rdb.fr-par.scw.cloud.example.net", "database"),
        ("10.0.0.3", "database"),
    ],
)
def test_what_only_resembles_a_known_host_has_none(host: str, service: str) -> None:
    assert find_place(host, service) is None


@pytest.mark.parametrize(
    "host", ["", "localhost", "127.0.0.1", "127.8.9.1", "::1", "/run/postgres", "isoloir.localhost"]
)
def test_the_loopback_and_sockets_are_this_machine(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "192.168.1.1", "localhost.example.net", "2001:db8::1", "db"])
def test_other_machines_are_not(host: str) -> None:
    assert not is_this_machine(host)


def test_hosts_are_found_in_every_form_of_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hosts_of_url("redis://:secret@cache.example.net:6379/0") == ("cache.example.net",)
    assert hosts_of_url("sentinel://a:1/0;sentinel://b:2/0") == ("a", "b")
    assert hosts_of_url("unix:///run/redis.sock") == hosts_of_url("memory://") == ("",)
    assert hosts_of_database("a,b") == ("a", "b")
    monkeypatch.setenv("PGHOST", "elsewhere.example.net")
    assert hosts_of_database("") == ("elsewhere.example.net",)


def test_a_folder_on_a_disk_of_this_machine_has_no_server(tmp_path: Path) -> None:
    assert server_of_folder(tmp_path) == ""


def test_a_folder_mounted_from_another_machine_has_its_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = f"/dev/sda1 / ext4 rw 0 0\nnas.example.net:/export {tmp_path} nfs4 rw 0 0\n"
    original = Path.read_text
    monkeypatch.setattr(
        Path, "read_text", lambda self, **how: mounts if str(self) == "/proc/self/mounts" else original(self, **how)
    )
    assert server_of_folder(tmp_path / "media") == "nas.example.net"
    assert server_of_folder(Path("/srv")) == ""


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('host = "a.example.net"', "does not state"),
        (
            'host="a"\nservice=["mail"]\ncountry="US"\nregion="r"\nplace="p"\noperator="o"\nlaw="US"\nsource="s"\nchecked_on=2026-01-01',
            "outside the EEA",
        ),
        (
            'host="*.*.net"\nservice=["mail"]\ncountry="FR"\nregion="r"\nplace="p"\noperator="o"\nlaw="FR"\nsource="s"\nchecked_on=2026-01-01',
            "cannot be understood",
        ),
        ("not toml", "cannot be read"),
    ],
)
def test_a_list_that_claims_too_little_is_refused(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "places.toml"
    path.write_text(f"[[provider]]\n{line}\n")
    with pytest.raises(ImproperlyConfigured, match=says):
        providers(str(path), Basis.OWN_LIST)
