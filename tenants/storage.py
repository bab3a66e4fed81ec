"""Files of a tenant: under its UUID, private by default, handed out by short-lived signed links on its own host.

Only what Wagtail made to be shown (renditions, under images/) is public. On disk or on S3, the address is the same:
the bucket's own address is never given out.
"""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.signing import BadSignature, TimestampSigner
from storages.backends.s3 import S3Storage

from tenants.context import require_tenant

PUBLIC_FOLDERS = ("images/",)
LINK_LIFETIME = 3600


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=f"file:{require_tenant().uuid}")


def is_public(name: str) -> bool:
    return name.startswith(PUBLIC_FOLDERS)


def file_url(name: str) -> str:
    """The address of a file on the tenant's host: bare for what is public, signed for an hour otherwise."""
    path = f"{settings.MEDIA_URL}{quote(name)}"
    if is_public(name):
        return path
    return f"{path}?s={quote(_signer().sign(name).removeprefix(name + ':'))}"


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


class S3TenantStorage(S3Storage):
    """A bucket a cell, a prefix a tenant."""

    @property
    def location(self) -> str:
        return f"tenants/{require_tenant().uuid}"

    @location.setter
    def location(self, value: str) -> None:
        """The setting of the base class has no say: the tenant decides."""

    def get_default_settings(self) -> dict[str, Any]:
        defaults: dict[str, Any] = super().get_default_settings()
        return defaults | {
            "bucket_name": settings.S3_BUCKET,
            "endpoint_url": settings.S3_ENDPOINT_URL or None,
            "region_name": settings.S3_REGION or None,
            "access_key": settings.S3_ACCESS_KEY_ID or None,
            "secret_key": settings.S3_SECRET_ACCESS_KEY or None,
            "default_acl": None,
            "file_overwrite": False,
        }

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        return file_url(name)
