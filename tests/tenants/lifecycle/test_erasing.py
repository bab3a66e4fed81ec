from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from tenants.context import public_context, tenant_context
from tenants.facts import TenantFacts
from tenants.jobs.models import Job
from tenants.lifecycle import erasing
from tenants.lifecycle.counting import Counted, count_tenant
from tenants.lifecycle.erasing import digest_of
from tenants.lifecycle.kinds import CLOSE, ERASE
from tenants.owner import owner_connection, run_script
from tenants.provisioning import forget_tenant, make_empty_schema
from tenants.queries import UnknownTenant, get_tenant
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.database import OTHER
from tests.tenants.archive.support import schemas
from tests.tenants.lifecycle.conftest import Do


@pytest.fixture
def closed(mortal: TenantFacts, do: Do, now: datetime) -> TenantFacts:
    """A campaign with a person, two files and a kept page, closed."""
    with tenant_context(mortal):
        User.objects.create_user("ada@example.org", "correct horse")
        default_storage.save("images/ada.txt", ContentFile(b"12345"))
        default_storage.save("private/list.txt", ContentFile(b"1234567"))
        cache.set("kept", "page")
    do(CLOSE, tenant_uuid=mortal.uuid, erase_at=(now + timedelta(days=30)).isoformat())
    return mortal


@pytest.fixture
def bucket(settings: Any) -> Iterator[Any]:
    """A bucket with versions, on an S3 server on the loopback (moto's)."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    settings.S3_ENDPOINT_URL, settings.S3_BUCKET, settings.S3_REGION = f"http://{host}:{port}", "fr-1", "eu-west-3"
    settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY = "key", "secret"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "tenants.storage.S3TenantStorage"}}
    resource = boto3.resource(
        "s3",
        endpoint_url=settings.S3_ENDPOINT_URL,
        region_name="eu-west-3",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    bucket = resource.create_bucket(Bucket="fr-1", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    bucket.Versioning().enable()
    yield bucket
    bucket.object_versions.delete()
    bucket.delete()
    server.stop()


@pytest.fixture
def redis_cache(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The product's own cache, on the stack's Redis."""
    product = {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": settings.REDIS_URL,
        "KEY_FUNCTION": "tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "tenants.cache.reverse_key",
    }
    settings.CACHES = {**settings.CACHES, "default": product}
    yield caches["default"]
    caches["default"].client.get_client().flushdb()  # type: ignore[attr-defined]  # of django-redis


def counted(tenant: TenantFacts, job: Job) -> Counted:
    with public_context():
        return count_tenant(uuid=tenant.uuid, schema_name=tenant.schema_name, but_job=job.uuid)


def test_nothing_is_left_and_the_proof_says_what_there_was(closed: TenantFacts, do: Do) -> None:
    job = do(ERASE, tenant_uuid=closed.uuid)
    assert (job.state, job.error) == ("done", "")
    proof = job.result["proof"]
    before = proof["before"]
    assert (before["schemas"], before["roles"], before["files"], before["file_bytes"]) == (1, 1, 2, 12)
    assert before["tables"] > 50
    assert before["rows"] > 100
    assert (before["domains"], before["alarms"], before["jobs"]) == (1, 1, 1)
    assert before["cache_keys"] > 0
    assert set(proof["after"].values()) == {0}
    assert counted(closed, job).is_nothing
    with pytest.raises(UnknownTenant):
        get_tenant(closed.uuid)
    assert TenantClient(closed.primary_host).get("/").status_code == 404


def test_the_proof_holds_no_name_no_address_and_its_own_digest(closed: TenantFacts, do: Do) -> None:
    proof = do(ERASE, tenant_uuid=closed.uuid).result["proof"]
    assert digest_of(proof) == proof["sha256"]
    assert digest_of({**proof, "proved_at": "2020-01-01"}) != proof["sha256"]
    told = str(proof)
    assert [word for word in (closed.slug, closed.name, "ada", "example.org") if word in told] == []


def test_the_other_campaign_keeps_everything(closed: TenantFacts, do: Do) -> None:
    other = get_tenant(OTHER)
    with tenant_context(other):
        default_storage.save("images/theirs.txt", ContentFile(b"1"))
        cache.set("kept", "theirs")
    do(ERASE, tenant_uuid=closed.uuid)
    with tenant_context(other):
        assert default_storage.exists("images/theirs.txt")
        assert cache.get("kept") == "theirs"
    assert TenantClient(other.primary_host).get("/").status_code == 200


def test_an_open_campaign_is_never_erased(live_tenant: TenantFacts, do: Do) -> None:
    job = do(ERASE)
    assert (job.state, job.error) == ("failed", "not_closed")
    assert get_tenant(live_tenant.uuid).is_open


def test_a_file_that_comes_in_between_keeps_the_proof_from_being_written(
    closed: TenantFacts, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget_and_come_back(uuid: UUID) -> None:
        forget_tenant(uuid)
        with tenant_context(closed):
            default_storage.save("images/late.txt", ContentFile(b"late"))

    monkeypatch.setattr(erasing, "forget_tenant", forget_and_come_back)
    job = do(ERASE, tenant_uuid=closed.uuid)
    assert (job.state, [step["state"] for step in job.steps][-1]) == ("waiting", "failed")
    assert "proof" not in job.result


def test_files_in_a_bucket_are_erased_with_their_former_versions(closed: TenantFacts, do: Do, bucket: Any) -> None:
    for body in (b"first", b"second"):
        bucket.put_object(Key=f"tenants/{closed.uuid}/images/a.txt", Body=body)
    bucket.put_object(Key=f"tenants/{OTHER}/images/b.txt", Body=b"theirs")
    proof = do(ERASE, tenant_uuid=closed.uuid).result["proof"]
    assert (proof["before"]["files"], proof["before"]["file_bytes"], proof["after"]["files"]) == (2, 11, 0)
    assert [version.object_key for version in bucket.object_versions.all()] == [f"tenants/{OTHER}/images/b.txt"]


def test_kept_pages_in_redis_are_erased_and_only_these(closed: TenantFacts, do: Do, redis_cache: Any) -> None:
    other = get_tenant(OTHER)
    for tenant in (closed, other):
        with tenant_context(tenant):
            redis_cache.set("kept", "page")
            redis_cache.set("kept", "page", version=2)
    proof = do(ERASE, tenant_uuid=closed.uuid).result["proof"]
    assert (proof["before"]["cache_keys"], proof["after"]["cache_keys"]) == (2, 0)
    with tenant_context(other):
        assert redis_cache.get("kept") == "page"


def test_a_restoration_that_nobody_confirmed_is_erased_with_the_rest(closed: TenantFacts, do: Do) -> None:
    kept = Path(settings.MEDIA_ROOT) / "kept" / str(closed.uuid) / "files" / "list.txt"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"1234567")
    with owner_connection() as owner:
        for name in ("before", "beside"):
            make_empty_schema(owner, schema=f"{closed.schema_name}_{name}", role=f"r_{closed.schema_name}")
            run_script(owner, f'CREATE TABLE "{closed.schema_name}_{name}".people (name text)')
    job = do(ERASE, tenant_uuid=closed.uuid)
    assert (job.state, job.error) == ("done", "")
    before = job.result["proof"]["before"]
    assert (before["schemas"], before["files"]) == (3, 3)
    assert not kept.exists()
    assert [name for name in schemas() if name.startswith(closed.schema_name)] == []
