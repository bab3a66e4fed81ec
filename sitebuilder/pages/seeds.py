"""Rows that every campaign starts with."""

from django.contrib.auth.models import Group, Permission
from wagtail.models import Page, Site

from tenants.users.permissions import MATRIX


def replace_wagtail_welcome() -> None:
    """Wagtail's own welcome page and site go; ours come when a campaign is provisioned."""
    Site.objects.all().delete()
    for page in Page.objects.filter(depth=2):
        page.specific.delete()


def allow_appearance() -> None:
    """Who may publish pages may choose their theme."""
    change = Permission.objects.get(content_type__app_label="themes", codename="change_appearance")
    for group in Group.objects.filter(name__in=[role for role, may in MATRIX.items() if "site.publish" in may]):
        group.permissions.add(change)
