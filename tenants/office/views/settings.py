from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.office.contrast import readable_color
from tenants.office.menu import address_of_access_log
from tenants.office.profile import campaign_profile
from tenants.office.queries import missing_from_legal_notice
from tenants.office.services.profile import save_profile
from tenants.office.settings_forms import SECTIONS
from tenants.office.settings_pages import asides_beside


@needs("settings.edit")
def campaign_settings(request: TenantRequest, section: str = "identite") -> HttpResponse:
    """One section of the settings at a time, each with its own address."""
    if section not in SECTIONS:
        raise Http404
    title, use, form_class = SECTIONS[section]
    profile = campaign_profile()
    form = form_class(request.POST or None, instance=campaign_profile())
    if request.method == "POST" and form.is_valid():
        changes = {name: value for name, value in form.cleaned_data.items() if hasattr(profile, name)}
        save_profile(profile=profile, now=timezone.now(), **changes)
        messages.success(request, _("Kept. The site and the messages show it from now on."))
        return redirect("office:settings_section", section=section)
    context = {
        "form": form,
        "title": title,
        "use": use,
        "section": section,
        "profile": profile,
        "missing": missing_from_legal_notice(profile),
        "asides": asides_beside(section),
        "access_log_url": address_of_access_log(),
        "readable": readable_color(profile.color) if profile.color else None,
        "breadcrumbs": [(reverse("office:settings"), _("Settings")), ("", title)],
    }
    return render(request, "office/settings.html", context, status=422 if form.errors else 200)
