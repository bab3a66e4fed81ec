"""Wagtail's one global address, answered with the current campaign's own."""

from typing import Any

import wagtail.admin.utils
from django.conf import settings
from django.utils.functional import lazy
from wagtail.admin.templatetags import wagtailadmin_tags

from tenants.context import current_tenant


def campaign_address() -> str:
    """http(s)://host of the campaign whose work this is, without a path; empty outside of one."""
    tenant = current_tenant()
    return tenant.absolute_url("") if tenant is not None else ""


def use_campaign_address() -> None:
    """Mails, the user bar and full addresses of images name the campaign, whatever the process served before.

    Wagtail reads the setting through a function (which some code joins to a path, so it must be a real string)
    and, for images, directly (by adding to it, which a lazy string can do).
    """
    own: Any = campaign_address
    wagtail.admin.utils.get_admin_base_url = own
    wagtailadmin_tags.get_admin_base_url = own
    settings.WAGTAILADMIN_BASE_URL = lazy(campaign_address, str)()
