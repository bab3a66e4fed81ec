from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.people.views.loading import by_hand, person_or_404
from sitebuilder.forms.refusing import allow_confirmations_of
from tenants.http import TenantRequest
from tenants.office.access import needs


@needs("people.edit")
@require_POST
def allow(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """At her wish: she can sign up on the site again."""
    person = person_or_404(uuid)
    if allow_confirmations_of(person=person, source=by_hand(request), now=timezone.now()):
        messages.success(request, _("Taken back: a sign-up on the site sends a confirmation again."))
    return redirect(person)
