"""Every file of a tenant, on disk or in the bucket, without being in its context: its registry row may be gone."""

import shutil
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
from django.conf import settings

from tenants.storage import client_config

PLACES = (
    "tenants",
    "backups",
    "arriving",
    "kept",
)  # its own, its archives, what a move brought, what a restoration replaced
AT_ONCE = 500  # S3 takes a thousand


def count_files(uuid: UUID) -> tuple[int, int]:
    """How many, and their bytes. In a bucket with versions, every version counts."""
    sizes = list(_sizes(uuid))
    return len(sizes), sum(sizes)


def delete_files(uuid: UUID, *, tell: Callable[[int, int], None]) -> None:
    if settings.S3_BUCKET:
        _delete_objects(uuid, tell=tell)
    else:
        for folder in _folders(uuid):
            shutil.rmtree(folder, onerror=_gone_already)


def _sizes(uuid: UUID) -> Iterator[int]:
    if settings.S3_BUCKET:
        for version in _versions(uuid):
            yield int(version.size or 0)
        return
    for folder in _folders(uuid):
        yield from (file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _folders(uuid: UUID) -> list[Path]:
    return [Path(settings.MEDIA_ROOT) / place / str(uuid) for place in PLACES]


def _versions(uuid: UUID) -> Iterator[Any]:
    for place in PLACES:
        yield from _bucket().object_versions.filter(Prefix=f"{place}/{uuid}/")


@lru_cache(maxsize=1)
def _connected(bucket: str, endpoint_url: str) -> Any:
    return boto3.resource(
        "s3",
        endpoint_url=endpoint_url or None,
        region_name=settings.S3_REGION or None,
        aws_access_key_id=settings.S3_ACCESS_KEY_ID or None,
        aws_secret_access_key=settings.S3_SECRET_ACCESS_KEY or None,
        config=client_config(),
    ).Bucket(bucket)


def _bucket() -> Any:
    return _connected(settings.S3_BUCKET, settings.S3_ENDPOINT_URL)


def _delete_objects(uuid: UUID, *, tell: Callable[[int, int], None]) -> None:
    versions = list(_versions(uuid))
    for start in range(0, len(versions), AT_ONCE):
        some = versions[start : start + AT_ONCE]
        names = [{"Key": version.object_key, "VersionId": version.id} for version in some]
        _bucket().delete_objects(Delete={"Objects": names, "Quiet": True})
        tell(start + len(some), len(versions))


def _gone_already(function: Any, path: str, error: Any) -> None:
    if not isinstance(error[1], FileNotFoundError):
        raise error[1]
