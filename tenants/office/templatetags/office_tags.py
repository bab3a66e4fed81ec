from django import template
from django.template.context import Context
from django.utils.functional import Promise

from tenants.office.menu import address_of_whole_export
from tenants.office.profile import campaign_profile
from tenants.office.settings_pages import registered_pages
from tenants.users.permissions import can

register = template.Library()


@register.simple_tag(takes_context=True)
def campaign_name(context: Context) -> str:
    """The campaign's name as its team wrote it, asked once per request."""
    request = context.get("request")
    if request is None or getattr(request, "tenant", None) is None:
        return "Isoloir"
    if not hasattr(request, "campaign_name"):
        request.campaign_name = campaign_profile().display_name
    return str(request.campaign_name)


@register.simple_tag(takes_context=True)
def whole_export_url(context: Context) -> str:
    """Empty for whoever may not take everything out."""
    request = context.get("request")
    return address_of_whole_export() if request and can(request.user, "campaign.export") else ""


@register.simple_tag(takes_context=True)
def settings_pages(context: Context) -> list[tuple[str, str | Promise, bool]]:
    request = context.get("request")
    return [(url, label, bool(request and request.path == url)) for url, label in registered_pages()]
