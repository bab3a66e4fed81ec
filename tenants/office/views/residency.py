from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants.context import require_tenant
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.residency.certificates import NoSigningKey, NotProved, certificate_facts, issue_certificate
from tenants.residency.places import country_label, country_of_region
from tenants.residency.queries import last_proof, processors, shown_checks

LANGUAGES = ("fr", "en")


@needs("settings.edit")
@require_safe
def places(request: TenantRequest) -> HttpResponse:
    """Where this campaign's data lies, with how each place is known."""
    proof, tenant = last_proof(), require_tenant()
    context = {
        "proof": proof,
        "checks": shown_checks(proof.findings) if proof else [],
        "processors": processors(proof.findings) if proof else [],
        "country": country_label(country_of_region(tenant.region)),
        "tenant": tenant,
        "breadcrumbs": [(reverse("office:settings"), _("Settings")), ("", _("Where the data lies"))],
    }
    return render(request, "office/places.html", context)


@needs("settings.edit")
@require_safe
def certificate(request: TenantRequest) -> HttpResponse:
    """The signed PDF, in the language asked for (`langue`), else in the reader's."""
    asked = request.GET.get("langue", get_language() or "fr")
    try:
        facts = certificate_facts(tenant=require_tenant())
        pdf = issue_certificate(facts=facts, language=asked if asked in LANGUAGES else "fr", now=timezone.now())
    except NotProved:
        messages.warning(request, _("There is no certificate: the last check did not find every place right."))
        return redirect("office:places")
    except NoSigningKey:
        messages.warning(request, _("There is no certificate: this installation has no key to sign one."))
        return redirect("office:places")
    name = f"isoloir-{facts.host.partition('.')[0]}-{facts.proved_at:%Y-%m-%d}.pdf"
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
