from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access.enums import Access
from crm.access.services import log_looks
from crm.files.models import PersonFile
from crm.files.services import FileRefused, add_file, delete_file
from crm.people.views.loading import by_hand, person_or_404
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.views import file_response


@needs("people.edit")
@require_POST
def add(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    upload = request.FILES.get("file")
    if upload is None:
        messages.warning(request, _("Choose a file first."))
        return redirect(person)
    try:
        add_file(person=person, upload=upload, source=by_hand(request), now=timezone.now())
    except FileRefused as refused:
        messages.warning(request, str(refused.message))
    return redirect(person)


@needs("people.view")
@require_GET
def show(request: TenantRequest, uuid: UUID, file: UUID) -> FileResponse:
    """For whoever may see the page, and logged. Under the name that it was given, which no address tells."""
    found = _file_or_404(uuid, file)
    log_looks(
        kind=Access.FILE_OPENED,
        by=request.user.pk,
        person_ids=[found.person_id],
        about=f"file:{found.pk}",
        now=timezone.now(),
    )
    return file_response(found.stored, called=found.name)


@needs("people.edit")
@require_POST
def delete(request: TenantRequest, uuid: UUID, file: UUID) -> HttpResponse:
    found = _file_or_404(uuid, file)
    delete_file(file=found, source=by_hand(request), now=timezone.now())
    messages.success(request, _("The file is deleted."))
    return redirect(found.person)


def _file_or_404(uuid: UUID, file: UUID) -> PersonFile:
    found = PersonFile.objects.select_related("person")
    return get_object_or_404(found, person=person_or_404(uuid), uuid=file)
