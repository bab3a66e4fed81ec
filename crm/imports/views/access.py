from django.http import Http404
from django.utils.translation import gettext as _

from crm.imports.enums import ImportState
from crm.imports.models import Import
from tenants.http import TenantRequest

Crumbs = list[tuple[str, str]]


def import_or_404(request: TenantRequest, pk: int, *states: ImportState) -> Import:
    """Of this campaign only: another one's is not in this schema. With states: 404 when it is past them."""
    run = Import.objects.select_related("created_by").filter(pk=pk).first()
    if run is None or (states and run.state not in states):
        raise Http404(_("This import does not exist."))
    return run
