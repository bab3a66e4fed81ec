"""Files on a real S3 server on loopback (moto's), on one that fails, and on disk."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import SuspiciousFileOperation, SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.imports.models import Import
from tenants import storage as tenants_storage
from tenants.context import NoTenant, tenant_context
from tenants.facts import TenantFacts
from tenants.storage import FileTenantStorage, S3TenantStorage, StorageError, client_config, file_url, signed_url
from tests.conftest import TenantClient
from tests.tenants.s3 import BUCKET, failing, moto, point_at

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def s3(settings: Any) -> Iterator[Any]:
    with moto(settings) as client:
        yield client


@pytest.fixture
def product_on_s3(s3: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The whole product on the bucket: what Django calls the default storage."""
    use_s3(monkeypatch)
    return s3


def use_s3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(storages._storages, "default", S3TenantStorage())  # type: ignore[attr-defined]
    monkeypatch.setattr(default_storage, "_wrapped", S3TenantStorage())


def keys(client: Any) -> list[str]:
    return sorted(item["Key"] for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", []))


def test_s3_files_lie_under_the_tenants_uuid_and_are_out_of_the_others_reach(
    s3: Any, tenant: TenantFacts, other_tenant: TenantFacts
) -> None:
    storage = S3TenantStorage()
    name = storage.save("imports/people.csv", ContentFile(b"mine"))
    with tenant_context(other_tenant):
        assert not storage.exists(name)
        assert storage.listdir("") == ([], [])
        storage.save("imports/people.csv", ContentFile(b"theirs"))
    assert keys(s3) == [f"tenants/{tenant.uuid}/imports/people.csv", f"tenants/{other_tenant.uuid}/imports/people.csv"]
    with storage.open(name) as file:
        assert file.read() == b"mine"
    assert storage.listdir("imports") == ([], ["people.csv"])


def test_s3_files_are_private_and_encrypted_where_they_lie(s3: Any, tenant: TenantFacts, settings: Any) -> None:
    S3TenantStorage().save("a.txt", ContentFile(b"1"))
    key = f"tenants/{tenant.uuid}/a.txt"
    assert s3.head_object(Bucket=BUCKET, Key=key)["ServerSideEncryption"] == "AES256"
    grantees = [grant["Grantee"].get("URI") for grant in s3.get_object_acl(Bucket=BUCKET, Key=key)["Grants"]]
    assert grantees == [None]
    settings.S3_ENCRYPTION = ""
    S3TenantStorage().save("b.txt", ContentFile(b"2"))
    assert "ServerSideEncryption" not in s3.head_object(Bucket=BUCKET, Key=f"tenants/{tenant.uuid}/b.txt")


def test_s3_links_are_the_tenants_own_and_signed(s3: Any, tenant: TenantFacts) -> None:
    storage = S3TenantStorage()
    assert storage.url("images/portrait.png") == "/media/images/portrait.png"
    assert storage.url("imports/people.csv").startswith("/media/imports/people.csv?s=")


def test_a_link_to_a_private_file_works_until_it_expires_and_never_elsewhere(
    product_on_s3: Any, tenant: TenantFacts, other_tenant: TenantFacts, site: TenantClient
) -> None:
    link = signed_url(default_storage.save("imports/people.csv", ContentFile(b"mine")))
    answer = site.get(link)
    assert (b"".join(answer), answer["Cache-Control"]) == (b"mine", "private, no-store")
    with tenant_context(other_tenant):
        default_storage.save("imports/people.csv", ContentFile(b"theirs"))
        their_link = signed_url("imports/people.csv")
    assert TenantClient(other_tenant.primary_host).get(link).status_code == 404
    assert site.get(their_link).status_code == 404
    assert site.get(link.replace("people.csv", "others.csv")).status_code == 404


def test_a_link_has_expired_after_an_hour(
    product_on_s3: Any, tenant: TenantFacts, site: TenantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = default_storage.save("imports/people.csv", ContentFile(b"mine"))
    with monkeypatch.context() as earlier:
        earlier.setattr("django.core.signing.time.time", lambda: 1_000_000.0)
        link = signed_url(name)
        assert b"".join(site.get(link)) == b"mine"
        earlier.setattr("django.core.signing.time.time", lambda: 1_000_000.0 + 3599)
        assert b"".join(site.get(link)) == b"mine"
        earlier.setattr("django.core.signing.time.time", lambda: 1_000_000.0 + 3601)
        assert site.get(link).status_code == 404


def test_public_images_have_a_host_of_their_own_and_nothing_else_has(
    product_on_s3: Any, tenant: TenantFacts, settings: Any
) -> None:
    settings.MEDIA_HOST = "images.isoloir.localhost"
    default_storage.save("images/portrait.png", ContentFile(PNG))
    default_storage.save("imports/people.csv", ContentFile(b"mine"))
    address = default_storage.url("images/portrait.png")
    assert address == f"http://images.isoloir.localhost:8000/{tenant.uuid}/images/portrait.png"
    assert default_storage.url("imports/people.csv").startswith("/media/")
    visitor = TenantClient("images.isoloir.localhost")
    answer = visitor.get(f"/{tenant.uuid}/images/portrait.png")
    assert (b"".join(answer), answer["Cache-Control"]) == (PNG, "public, max-age=31536000, immutable")
    assert not answer.cookies
    link = signed_url("imports/people.csv")
    for path in (
        f"/{tenant.uuid}/imports/people.csv{link[link.index('?') :]}",
        f"/{tenant.uuid}/images/../imports/people.csv",
        "/22222222-2222-4222-8222-222222222222/images/portrait.png",
        "/99999999-9999-4999-8999-999999999999/images/portrait.png",
        "/bureau/",
    ):
        assert visitor.get(path).status_code == 404


def test_a_second_file_of_the_same_name_does_not_overwrite_the_first(s3: Any, tenant: TenantFacts) -> None:
    storage = S3TenantStorage()
    first, second = (storage.save("a.txt", ContentFile(body)) for body in (b"1", b"2"))
    assert first != second
    assert len(keys(s3)) == 2


def test_a_missing_bucket_is_said_and_is_not_taken_for_a_missing_file(s3: Any, tenant: TenantFacts) -> None:
    storage = S3TenantStorage()
    with pytest.raises(FileNotFoundError):
        storage.open("a.txt")
    s3.delete_bucket(Bucket=BUCKET)
    with pytest.raises(StorageError, match="S3_BUCKET isoloir-fr-1: NoSuchBucket"):
        storage.save("a.txt", ContentFile(b"1"))
    with pytest.raises(StorageError, match="404"):
        storage.open("a.txt")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenants_storage, "client_config", lambda: client_config(seconds=30, attempts=1))


@pytest.mark.parametrize(
    ("failure", "code"), [({"status": 503}, "503|ServiceUnavailable"), ({"seconds": 1.0}, "ReadTimeoutError")]
)
def test_a_failing_or_slow_server_is_said_without_a_files_name(
    tenant: TenantFacts,
    settings: Any,
    impatient: None,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    failure: dict[str, Any],
    code: str,
) -> None:
    if "seconds" in failure:  # a server that is only busy has the time of the others
        monkeypatch.setattr(tenants_storage, "client_config", lambda: client_config(seconds=0.3, attempts=1))
    with failing(settings, **failure), caplog.at_level(logging.ERROR):
        storage = S3TenantStorage()
        for work in (
            lambda: storage.save("camille-durand.csv", ContentFile(b"1")),
            lambda: storage.open("camille-durand.csv"),
            lambda: storage.delete("camille-durand.csv"),
            lambda: storage.size("camille-durand.csv"),
        ):
            with pytest.raises(StorageError, match=code) as raised:
                work()
            assert "camille" not in str(raised.value)
    assert "The bucket isoloir-fr-1 failed" in caplog.text
    assert "camille" not in "".join(
        record.getMessage() for record in caplog.records if record.name == "tenants.storage"
    )


def test_a_server_that_is_not_there_is_said(tenant: TenantFacts, settings: Any, impatient: None) -> None:
    point_at(settings, "http://127.0.0.1:9")
    with pytest.raises(StorageError, match="EndpointConnectionError"):
        S3TenantStorage().save("a.txt", ContentFile(b"1"))


def test_an_upload_to_a_failing_bucket_says_so_records_nothing_and_works_later(
    office: TenantClient, settings: Any, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upload() -> Any:
        file = SimpleUploadedFile("contacts.csv", b"email\ncamille@example.org\n", "text/csv")
        return office.post("/bureau/imports/fichier/", {"file": file})

    with failing(settings):
        use_s3(monkeypatch)
        answer = upload()
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "rien de ce qui était là n’est perdu" in answer.content.decode()
    assert not Import.objects.exists()
    with moto(settings) as client:
        use_s3(monkeypatch)
        assert upload().status_code == 302
        assert Import.objects.count() == len(keys(client)) == 1


def test_the_storage_is_made_without_a_tenant_and_serves_nobody(s3: Any, public_schema: None) -> None:
    storage = S3TenantStorage()
    for work in (storage.exists, storage.open, storage.delete, storage.size):
        with pytest.raises(NoTenant):
            work("a.txt")


def test_files_on_disk_lie_under_the_tenants_uuid(tenant: TenantFacts, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    FileTenantStorage().save("a.txt", ContentFile(b"1"))
    assert [file.relative_to(tmp_path) for file in tmp_path.rglob("*.txt")] == [
        Path("tenants") / str(tenant.uuid) / "a.txt"
    ]


def test_a_name_cannot_climb_out_of_the_folder(tenant: TenantFacts, s3: Any) -> None:
    with pytest.raises(SuspiciousFileOperation):
        FileTenantStorage().open("../../secret")
    with pytest.raises(SuspiciousOperation):
        S3TenantStorage().open("../22222222-2222-4222-8222-222222222222/a.txt")


def test_without_a_tenant_there_are_no_files(public_schema: None) -> None:
    with pytest.raises(NoTenant):
        FileTenantStorage().exists("a.txt")
    with pytest.raises(NoTenant):
        file_url("imports/people.csv")
