from datetime import datetime

from wagtail.models import GroupPagePermission, Page, Site

from tenants.facts import TenantFacts


def point_permissions_at_home(*, tenant: TenantFacts, now: datetime) -> None:
    """The team's pages start at the home page: the root above it, which no visitor ever sees, is not theirs to see."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is not None:
        GroupPagePermission.objects.filter(page=Page.get_first_root_node()).update(page=site.root_page)
