from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tenants.context import require_tenant
from tenants.facts import platform_url
from tenants.office.menu import address_of_access_log, address_of_whole_export
from tenants.office.profile import campaign_profile
from tenants.office.queries import account_holders
from tenants.office.settings_forms import SECTIONS
from tenants.office.settings_pages import registered_pages
from tenants.users.models import User
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


@register.inclusion_tag("office/plan_way.html", takes_context=True)
def way_to_a_larger_plan(context: Context, waiting: int | None = None) -> dict[str, object]:
    """A link for whoever has the campaign in her account on the platform; others are told who that is.

    `waiting`: number of the import that waits for it, so that the platform leads back to it.
    """
    holders = list(account_holders())
    return {
        "url": platform_url(f"/compte/{require_tenant().uuid}/palier/" + (f"?import={waiting}" if waiting else "")),
        "names": ", ".join(map(str, holders)),
        "is_hers": context["request"].user in holders,
    }


@register.simple_tag(takes_context=True)
def settings_pages(context: Context) -> list[tuple[str, str | Promise, bool]]:
    """Each with whether it is the one that is open; the settings' own address opens the first."""
    path = context["request"].path
    links = _settings_links(context["request"].user)
    opened = links[0][0] if path == reverse("office:settings") else path
    return [(url, label, url == opened) for url, label in links]


def _settings_links(user: User) -> list[tuple[str, str | Promise]]:
    """Sections, pages that other apps add, and what stands beside: as far as this member may open them."""
    links: list[tuple[str, str | Promise]] = []
    if can(user, "settings.edit"):
        links += [(reverse("office:settings_section", args=[key]), words[0]) for key, words in SECTIONS.items()]
        links += [*registered_pages(), (reverse("office:places"), _("Where the data lies"))]
    if can(user, "access.view"):
        links.append((address_of_access_log(), _("Access log")))
    if can(user, "campaign.export"):
        links.append((address_of_whole_export(), _("All of your data")))
    return [(url, label) for url, label in links if url]
