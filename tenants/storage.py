"""Files of a tenant: under its UUID, private by default, handed out by short-lived signed links on its own host.

Only what Wagtail made to be shown (renditions, under images/) is public, on MEDIA_HOST where the cell has one. On disk or
on S3, the address is the same: the bucket's own address is never given out.
"""

import logging
from collections.abc import Callable
from functools import wraps
from posixpath import normpath
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.signing import BadSignature, TimestampSigner
from storages.backends.s3 import S3Storage

from tenants.context import current_tenant, require_tenant

logger = logging.getLogger(__name__)
PUBLIC_FOLDERS = ("images/",)
LINK_LIFETIME = 3600
IN_MEMORY = 8 * 1024 * 1024  # of a file that is read; the rest lies on the local disk meanwhile


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=f"file:{require_tenant().uuid}")


def is_public(name: str) -> bool:
    """Only what lies in a public folder by its plain name: `images/../imports/people.csv` lies elsewhere."""
    return name.startswith(PUBLIC_FOLDERS) and normpath(name) == name


def file_url(name: str) -> str:
    """The address of a file: bare for what is public (on MEDIA_HOST if there is one), signed for an hour otherwise."""
    path = f"{settings.MEDIA_URL}{quote(name)}"
    if is_public(name):
        return f"{public_origin()}/{require_tenant().uuid}/{quote(name)}" if settings.MEDIA_HOST else path
    return f"{path}?s={quote(_signer().sign(name).removeprefix(name + ':'))}"


def public_origin() -> str:
    port = f":{settings.PLATFORM_PORT}" if settings.PLATFORM_PORT else ""
    return f"{settings.PLATFORM_SCHEME}://{settings.MEDIA_HOST}{port}"


def signed_url(name: str) -> str:
    """A link to a private file that works for an hour, for whoever holds it."""
    return file_url(name)


def may_read(name: str, signature: str) -> bool:
    if is_public(name):
        return True
    try:
        _signer().unsign(f"{name}:{signature}", max_age=LINK_LIFETIME)
    except BadSignature:
        return False
    return True


class FileTenantStorage(FileSystemStorage):
    """The embedded default: a folder a tenant below MEDIA_ROOT."""

    @property
    def base_location(self) -> str:
        return f"{settings.MEDIA_ROOT}/tenants/{require_tenant().uuid}"

    @property
    def location(self) -> str:
        return self.base_location

    def url(self, name: str | None) -> str:
        return file_url(name or "")


class StorageError(Exception):
    """The cell's bucket does not do what is asked: nothing was written, and trying again later may help."""


P = ParamSpec("P")
R = TypeVar("R")


def _said(work: Callable[P, R]) -> Callable[P, R]:
    """What S3 refuses or does not answer, as a StorageError. The log has its code and no file's name."""

    @wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except (ClientError, BotoCoreError, Boto3Error) as error:
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            logger.error("The bucket %s failed: %s", settings.S3_BUCKET, code)  # noqa: TRY400 -- its message has the key
            raise StorageError(f"S3_BUCKET {settings.S3_BUCKET}: {code}") from error

    return done


class S3TenantStorage(S3Storage):
    """A bucket a cell, a prefix a tenant. Private, encrypted where it lies, and never handed out by its own address."""

    @property
    def location(self) -> str:
        tenant = current_tenant()
        return f"tenants/{tenant.uuid}" if tenant else ""

    @location.setter
    def location(self, value: str) -> None:
        """The setting of the base class has no say: the tenant decides."""

    def get_default_settings(self) -> dict[str, Any]:
        defaults: dict[str, Any] = super().get_default_settings()
        encryption = settings.S3_ENCRYPTION
        return defaults | {
            "bucket_name": settings.S3_BUCKET,
            "endpoint_url": settings.S3_ENDPOINT_URL or None,
            "region_name": settings.S3_REGION or None,
            "access_key": settings.S3_ACCESS_KEY_ID or None,
            "secret_key": settings.S3_SECRET_ACCESS_KEY or None,
            "default_acl": None,
            "file_overwrite": False,
            "object_parameters": {"ServerSideEncryption": encryption} if encryption else {},
            "max_memory_size": IN_MEMORY,
            "client_config": client_config(),
        }

    def _normalize_name(self, name: str) -> str:
        require_tenant()
        key: str = super()._normalize_name(name)
        return key

    @_said
    def _open(self, name: str, mode: str = "rb") -> Any:
        try:
            file = super()._open(name, mode)
            if "r" in mode:
                file.open()  # fetched here: a failure is said before an answer has begun
        except FileNotFoundError:
            self._require_bucket()
            raise
        return file

    @_said
    def _save(self, name: str, content: Any) -> str:
        saved: str = super()._save(name, content)
        return saved

    @_said
    def delete(self, name: str) -> None:
        super().delete(name)

    @_said
    def exists(self, name: str) -> bool:
        return bool(super().exists(name))

    @_said
    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        folders, files = super().listdir(name)
        return folders, files

    @_said
    def size(self, name: str) -> int:
        return int(super().size(name))

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        return file_url(name)

    def _require_bucket(self) -> None:
        """S3 answers 404 for a missing file and for a missing bucket alike: only one of them is the visitor's."""
        self.connection.meta.client.head_bucket(Bucket=self.bucket_name)


def client_config(*, seconds: float = 20, attempts: int = 3) -> Config:
    """How the cell speaks to its S3 server: bounded in time, without the checksums that only Amazon's knows."""
    addressing: Any = {"addressing_style": settings.S3_ADDRESSING}
    return Config(
        connect_timeout=min(seconds, 5),
        read_timeout=seconds,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        s3=addressing,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
