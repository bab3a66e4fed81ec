from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from controlplane.console import console
from controlplane.operators.access import needs
from controlplane.variables import variables_by_group


@never_cache
@require_safe
@needs("console.view")
def platform_settings(request: HttpRequest) -> HttpResponse:
    """The variables that shape this platform: of each secret, only whether it is set."""
    context = {
        **console.each_context(request),
        "title": _("Platform settings"),
        "groups": variables_by_group(),
        "is_apart": settings.ROLE == "control",
    }
    return render(request, "controlplane/console/environment.html", context)
