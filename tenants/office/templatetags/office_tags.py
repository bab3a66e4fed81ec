from django import template
from django.template.context import Context

from tenants.office.profile import campaign_profile

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
