import logging

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.utils import timezone
from django.views.decorators.http import require_safe

from tenants.archive.handing import may_take_export
from tenants.archive.writing import FOLDER
from tenants.context import require_tenant

logger = logging.getLogger(__name__)


@require_safe
def export(request: HttpRequest, job: str) -> FileResponse:
    """An export, to whoever has a link that the control plane gave to the owner within ten minutes."""
    tenant, name = require_tenant(), f"{FOLDER}{job}.zip"
    if not may_take_export(name, request.GET.get("s", ""), uuid=tenant.uuid):
        raise Http404
    try:
        file = default_storage.open(name)
    except FileNotFoundError as error:
        raise Http404 from error
    logger.info("The export %s is handed out", job)
    day = timezone.localdate().isoformat()
    response = FileResponse(file, as_attachment=True, filename=f"isoloir-{tenant.slug}-{day}.zip")
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"  # the signature is in the address
    return response
