import mimetypes
from pathlib import PurePosixPath
from uuid import UUID

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from tenants.context import tenant_context
from tenants.queries import UnknownTenant, get_tenant
from tenants.storage import is_public, may_read

SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml", "application/pdf")


@require_safe
def media(request: HttpRequest, name: str) -> FileResponse:
    """A file of the tenant whose host was asked: public, or with a signature that still holds."""
    if not may_read(name, request.GET.get("s", "")):
        raise Http404
    return file_response(name)


@require_safe
def public_media(request: HttpRequest, uuid: UUID, name: str) -> FileResponse:
    """A public file of any open tenant of the cell, on MEDIA_HOST: nothing here knows who asks."""
    try:
        tenant = get_tenant(uuid)
    except UnknownTenant as error:
        raise Http404 from error
    if not (tenant.is_open or tenant.is_read_only) or not is_public(name):
        raise Http404
    with tenant_context(tenant):
        return file_response(name)


def file_response(name: str, *, called: str = "") -> FileResponse:
    """A file of the tenant in force, for whoever was found to be allowed it; `called`: as its owner called it. Raises Http404."""
    try:
        file = default_storage.open(name)
    except (FileNotFoundError, SuspiciousFileOperation, IsADirectoryError) as error:
        raise Http404 from error
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = FileResponse(
        file, as_attachment=kind not in SHOWN, filename=called or PurePosixPath(name).name, content_type=kind
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["Cache-Control"] = "public, max-age=31536000, immutable" if is_public(name) else "private, no-store"
    return response
