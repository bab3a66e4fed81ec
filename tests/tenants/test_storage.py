"""Files on a real S3 server on loopback (moto's), and on disk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from moto.server import ThreadedMotoServer

from tenants.context import NoTenant, tenant_context
from tenants.facts import TenantFacts
from tenants.storage import FileTenantStorage, S3TenantStorage, file_url


@pytest.fixture
def s3(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    settings.S3_ENDPOINT_URL = f"http://{host}:{port}"
    settings.S3_BUCKET, settings.S3_REGION = "isoloir-fr-1", "eu-west-3"
    settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY = "key", "secret"
    client = boto3.client(
        "s3",
        endpoint_url=settings.S3_ENDPOINT_URL,
        region_name="eu-west-3",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    client.create_bucket(Bucket="isoloir-fr-1", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    yield client
    resource = boto3.resource(
        "s3", endpoint_url=settings.S3_ENDPOINT_URL, aws_access_key_id="key", aws_secret_access_key="secret"
    )
    bucket = resource.Bucket("isoloir-fr-1")
    bucket.objects.delete()
    bucket.delete()
    server.stop()


def keys(client: Any) -> list[str]:
    return sorted(item["Key"] for item in client.list_objects_v2(Bucket="isoloir-fr-1").get("Contents", []))


def test_s3_files_lie_under_the_tenants_uuid_and_are_out_of_the_others_reach(
    s3: Any, tenant: TenantFacts, other_tenant: TenantFacts
) -> None:
    storage = S3TenantStorage()
    name = storage.save("imports/people.csv", ContentFile(b"mine"))
    with tenant_context(other_tenant):
        assert not storage.exists(name)
        storage.save("imports/people.csv", ContentFile(b"theirs"))
    assert keys(s3) == [f"tenants/{tenant.uuid}/imports/people.csv", f"tenants/{other_tenant.uuid}/imports/people.csv"]
    with storage.open(name) as file:
        assert file.read() == b"mine"


def test_s3_links_are_the_tenants_own_and_signed(s3: Any, tenant: TenantFacts) -> None:
    storage = S3TenantStorage()
    assert storage.url("images/portrait.png") == "/media/images/portrait.png"
    assert storage.url("imports/people.csv").startswith("/media/imports/people.csv?s=")


def test_a_second_file_of_the_same_name_does_not_overwrite_the_first(s3: Any, tenant: TenantFacts) -> None:
    storage = S3TenantStorage()
    first, second = (storage.save("a.txt", ContentFile(body)) for body in (b"1", b"2"))
    assert first != second
    assert len(keys(s3)) == 2


def test_files_on_disk_lie_under_the_tenants_uuid(tenant: TenantFacts, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    FileTenantStorage().save("a.txt", ContentFile(b"1"))
    assert [file.relative_to(tmp_path) for file in tmp_path.rglob("*.txt")] == [
        Path("tenants") / str(tenant.uuid) / "a.txt"
    ]


def test_a_name_cannot_climb_out_of_the_folder(tenant: TenantFacts) -> None:
    with pytest.raises(SuspiciousFileOperation):
        FileTenantStorage().open("../../secret")


def test_without_a_tenant_there_are_no_files(public_schema: None) -> None:
    with pytest.raises(NoTenant):
        FileTenantStorage().exists("a.txt")
    with pytest.raises(NoTenant):
        file_url("imports/people.csv")
