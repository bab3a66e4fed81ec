"""The declared region against every store and provider."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tenants import bus
from tenants.bus import ResidencyReport
from tenants.residency.checks import Check
from tenants.residency.models import Proof, RegionTag
from tenants.residency.services import (
    OutOfRegion,
    check_residency,
    guard_preparation,
    prove_residency,
    renew_proof,
    require_residency,
    tag_database,
)
from tests.tenants.s3 import client_of, failing, moto, point_at

LINE = """
[[provider]]
host = "127.0.0.2.example.net"
service = ["mail", "broker", "database", "storage", "reports"]
country = "{country}"
region = "x"
place = "Lyon"
operator = "Relais SAS"
law = "FR"
source = "contract of 2026-01-01"
checked_on = 2026-01-01
"""


@pytest.fixture(autouse=True)
def _registry(public_schema: None) -> None:
    """Checks read the registry."""


@pytest.fixture
def own_list(settings: Any, tmp_path: Path) -> Any:
    def write(country: str) -> None:
        path = tmp_path / f"{country}.toml"
        path.write_text(LINE.format(country=country))
        settings.RESIDENCY_PROVIDERS = str(path)

    return write


def refusal() -> str:
    with pytest.raises(OutOfRegion) as raised:
        require_residency()
    return str(raised.value)


def found(setting: str) -> Check:
    return next(check for check in check_residency() if check.setting == setting)


def test_the_embedded_default_is_right_and_says_that_it_is_this_machine() -> None:
    checks = check_residency()
    settings_checked = [
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "MEDIA_ROOT",
        "REDIS_URL",
        "CELERY_BROKER_URL",
        "SMTP_URL",
    ]
    assert [check.setting for check in checks] == settings_checked
    assert {(check.verdict, check.basis, check.country) for check in checks} == {("right", "machine", "")}
    assert not any(check.is_proved for check in checks)
    assert found("DATABASE_URL").evidence == "tag"
    require_residency()


def test_in_production_this_machine_has_to_have_a_country(settings: Any) -> None:
    settings.PRODUCTION = True
    assert refusal().startswith("MACHINE_COUNTRY is not set: it has to say in which country this machine stands")
    settings.MACHINE = {"country": "DE", "place": "Falkenstein", "operator": "Hetzner Online GmbH"}
    assert "MACHINE_COUNTRY leads to" in refusal()
    settings.MACHINE = {"country": "fr", "place": "Gravelines", "operator": "OVH SAS"}
    require_residency()
    check = found("DATABASE_URL")
    assert (check.country, check.place, check.operator) == ("FR", "Gravelines", "OVH SAS")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("REDIS_URL", "redis://cache.example.net:6379/0"),
        ("CELERY_BROKER_URL", "redis://localhost/0;redis://queue.example.net/0"),
        ("SMTP_URL", "smtp://user:secret@smtp.sendgrid.net:587"),
        ("SENTRY_DSN", "https://key@o1.ingest.us.sentry.io/1"),
    ],
)
def test_an_unknown_host_is_refused_with_the_settings_name_and_without_its_secrets(
    settings: Any, setting: str, value: str
) -> None:
    setattr(settings, setting, value)
    assert refusal().startswith(f"{setting} leads to ")
    assert "secret" not in refusal()
    assert "key@" not in refusal()


@pytest.mark.parametrize(
    "host", ["s3.uk.io.cloud.ovh.net", "s3.eu-west-2.amazonaws.com", "s3.fr-par.scw.cloud.example.net", "192.0.2.7"]
)
def test_object_storage_outside_of_the_union_or_out_of_the_list_is_refused(settings: Any, host: str) -> None:
    point_at(settings, f"https://{host}")
    assert refusal().startswith(f"S3_ENDPOINT_URL leads to {host}, which is in no list of known places")


def test_a_bucket_without_an_address_would_be_amazons_and_is_refused(settings: Any) -> None:
    point_at(settings, "")
    assert "S3_ENDPOINT_URL leads to s3.amazonaws.com" in refusal()


def test_a_known_place_in_another_country_of_the_union_is_refused(settings: Any) -> None:
    point_at(settings, "https://s3.de.io.cloud.ovh.net")
    assert refusal() == "S3_ENDPOINT_URL leads to s3.de.io.cloud.ovh.net (Germany), and the cell fr-1 is in France."


def test_the_operators_own_list_names_a_place_and_is_shown_as_his_word(settings: Any, own_list: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.2.example.net"
    own_list("DE")
    assert "SMTP_URL leads to 127.0.0.2.example.net (Germany)" in refusal()
    own_list("FR")
    check = found("SMTP_URL")
    assert (check.verdict, check.operator, check.basis, check.is_proved) == ("right", "Relais SAS", "own-list", False)


def test_the_bus_may_stand_in_another_country_of_the_area_and_in_no_other(settings: Any, own_list: Any) -> None:
    settings.BUS_URL = "redis://bus:secret@127.0.0.2.example.net"
    assert "BUS_URL leads to 127.0.0.2.example.net, which is in no list" in refusal()
    own_list("DE")
    check = found("BUS_URL")
    assert (check.verdict, check.country, check.subject_label) == ("right", "DE", "Messages entre cellules")
    require_residency()


def test_each_host_of_a_setting_is_looked_at(settings: Any) -> None:
    settings.DATABASES["default"]["HOST"], before = (
        "/run/postgres,db.example.net",
        settings.DATABASES["default"]["HOST"],
    )
    try:
        assert "DATABASE_URL leads to db.example.net" in refusal()
    finally:
        settings.DATABASES["default"]["HOST"] = before


def test_a_region_that_is_no_country_of_the_area_is_refused(settings: Any) -> None:
    for region in ("us", "uk", "europe", ""):
        settings.REGION = region
        assert "ISOLOIR_REGION" in refusal()


def test_a_database_prepared_for_another_cell_is_refused_and_not_prepared_again(settings: Any) -> None:
    settings.REGION, settings.CELL = "de", "de-1"
    assert refusal() == (
        "DATABASE_URL leads to a database that was prepared for fr (fr-1), and this process is de (de-1)."
    )
    with pytest.raises(OutOfRegion, match="prepared for fr"):
        guard_preparation()


def test_a_database_without_a_tag_is_refused_until_it_is_prepared() -> None:
    RegionTag.objects.all().delete()
    assert "run prepare_cell" in refusal()
    guard_preparation()
    tag_database()
    tag_database()
    assert RegionTag.objects.count() == 1
    require_residency()


def test_a_copy_on_another_server_is_refused_until_it_is_prepared_there() -> None:
    RegionTag.objects.update(server="7000000000000000001")
    assert "a copy of the database on another server" in refusal()
    guard_preparation()
    tag_database()
    require_residency()


class TestBucket:
    @pytest.fixture
    def s3(self, settings: Any) -> Iterator[Any]:
        with moto(settings) as client:
            yield client

    def test_its_server_says_where_it_lies(self, s3: Any) -> None:
        check = found("S3_ENDPOINT_URL")
        assert (check.verdict, check.evidence, check.facts["location"]) == ("right", "location", "eu-west-3")

    def test_another_location_than_the_one_declared_is_refused(self, s3: Any, settings: Any) -> None:
        settings.S3_REGION = "fr-par"
        assert refusal() == "S3_BUCKET: the bucket is in eu-west-3, and fr-par was said."
        settings.S3_REGION, settings.S3_BUCKET = "eu-west-3", "elsewhere"
        client_of(settings, "us-east-1").create_bucket(Bucket="elsewhere")
        assert "S3_BUCKET: the bucket is in us-east-1" in refusal()

    def test_a_missing_bucket_is_refused(self, s3: Any, settings: Any) -> None:
        settings.S3_BUCKET = "nothing-here"
        assert refusal() == "S3_BUCKET: 127.0.0.1 has no bucket of this name."

    def test_a_server_that_fails_does_not_stop_the_cell_and_is_no_proof(
        self, settings: Any, now: datetime, run_tasks: None
    ) -> None:
        with failing(settings):
            require_residency()
            proof = prove_residency(now=now)
        assert not proof.has_passed
        silent = next(check for check in proof.findings if not check.is_right)
        assert (silent.setting, silent.verdict) == ("S3_ENDPOINT_URL", "silent")


def test_a_proof_is_kept_and_told_to_the_control_plane(
    now: datetime,
    run_tasks: None,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    told: list[ResidencyReport] = []
    monkeypatch.setitem(bus._receivers, "residency_reported", told.append)
    with django_capture_on_commit_callbacks(execute=True):
        proof = prove_residency(now=now)
    assert [(report.uuid, report.cell, report.has_passed, report.at) for report in told] == [
        (proof.uuid, "fr-1", True, now)
    ]
    assert [Check.from_plain(check) for check in told[0].checks] == check_residency()


def test_a_proof_is_made_anew_each_day_and_each_hour_while_it_fails(
    now: datetime, settings: Any, run_tasks: None
) -> None:
    assert renew_proof(now=now)
    assert renew_proof(now=now + timedelta(hours=12)) is None
    settings.SMTP_URL = "smtp://mail.example.net"
    failed = renew_proof(now=now + timedelta(hours=24))
    assert failed
    assert not failed.has_passed
    assert renew_proof(now=now + timedelta(hours=25))
    assert renew_proof(now=now + timedelta(days=500))
    assert Proof.objects.count() == 1


def test_what_an_older_cell_reported_is_read_as_far_as_it_is_known() -> None:
    check = Check.from_plain({"subject": "fax", "setting": "FAX", "verdict": "right", "colour": "red"})
    assert (check.subject_label, check.sentence) == ("fax", "FAX\xa0: dans sa région.")
