"""The settings' page of the campaign's own sending domain: name it, copy the records, have them looked up, change the key."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from messaging.email import sending_domain
from messaging.email.forms import DomainForm
from messaging.email.signing import current_key
from tenants.http import TenantRequest
from tenants.lifecycle.dns import DnsUnreachable
from tenants.office.access import needs


@needs("settings.edit")
def domain(request: TenantRequest) -> HttpResponse:
    form = DomainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sending_domain.name_domain(domain=form.cleaned_data["domain"], now=timezone.now())
        messages.success(
            request, _("The key is made. Copy the records into the DNS of your domain, then have them checked.")
        )
        return redirect("sending:domain")
    current, waiting = current_key(), sending_domain.waiting_key()
    keys = [key for key in (waiting, current) if key]
    context = {
        "form": form,
        "current": current,
        "waiting": waiting,
        "shown": [(key, sending_domain.records_of(key)) for key in keys],
        "breadcrumbs": [(reverse("office:settings"), _("Settings")), ("", _("Sending domain"))],
    }
    return render(request, "email/sending_domain.html", context, status=422 if form.errors else 200)


@needs("settings.edit")
@require_POST
def check(request: TenantRequest) -> HttpResponse:
    try:
        sending_domain.check_domain(now=timezone.now())
    except DnsUnreachable:
        messages.error(request, _("The DNS did not answer: nothing has changed. Try again in a few minutes."))
        return redirect("sending:domain")
    if sending_domain.waiting_key():
        messages.warning(
            request, _("The signature’s record is not there yet: a change of the DNS takes up to a day to be seen.")
        )
    else:
        messages.success(
            request, _("The signature’s record is in place: your messages leave in the name of your domain.")
        )
    return redirect("sending:domain")


@needs("settings.edit")
@require_POST
def rotate(request: TenantRequest) -> HttpResponse:
    try:
        sending_domain.rotate_key(now=timezone.now())
    except sending_domain.NoKey:
        messages.error(request, _("There is no key in use to be changed."))
    return redirect("sending:domain")


@needs("settings.edit")
@require_POST
def forget(request: TenantRequest) -> HttpResponse:
    sending_domain.forget_domain()
    messages.success(request, _("Your messages leave from the platform’s domain again."))
    return redirect("sending:domain")
