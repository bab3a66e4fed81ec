"""Rows that every campaign starts with: a group for each role, with Wagtail's permissions that go with it."""

from collections.abc import Mapping

from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from tenants.users.enums import Role
from tenants.users.permissions import MATRIX

# What our permissions mean in Wagtail's own words (app label, codename).
PAGES: Mapping[str, tuple[str, ...]] = {
    "site.edit": ("add_page", "change_page"),
    "site.publish": ("publish_page", "bulk_delete_page", "lock_page", "unlock_page"),
}
FILES = tuple(f"{verb}_{noun}" for noun in ("image", "document") for verb in ("add", "change", "delete", "choose"))
REDIRECTS = tuple(f"{verb}_redirect" for verb in ("add", "change", "delete"))


def seed_groups() -> None:
    """Safe to repeat: groups keep their ids, what they may do follows the matrix."""
    Group.objects.exclude(name__in=Role.values).filter(name__in=("Moderators", "Editors")).delete()
    root, collection = Page.get_first_root_node(), Collection.get_first_root_node()
    for role in Role:
        group, _created = Group.objects.get_or_create(name=role.value)
        _allow_in_general(group)
        _allow_pages(group, root)
        _allow_files(group, collection)


def _allow_in_general(group: Group) -> None:
    names = ["access_admin"]
    if "site.publish" in MATRIX[group.name]:
        names += REDIRECTS
    group.permissions.set(
        Permission.objects.filter(codename__in=names, content_type__app_label__in=("wagtailadmin", "wagtailredirects"))
    )


def _allow_pages(group: Group, root: Page) -> None:
    names = [name for ours, theirs in PAGES.items() if ours in MATRIX[group.name] for name in theirs]
    GroupPagePermission.objects.filter(group=group).delete()
    for permission in Permission.objects.filter(codename__in=names, content_type__app_label="wagtailcore"):
        GroupPagePermission.objects.create(group=group, page=root, permission=permission)


def _allow_files(group: Group, collection: Collection) -> None:
    names = list(FILES) if "site.edit" in MATRIX[group.name] else []
    if "settings.edit" in MATRIX[group.name]:
        names += [f"{verb}_collection" for verb in ("add", "change", "delete")]
    GroupCollectionPermission.objects.filter(group=group).delete()
    labels = ("wagtailimages", "wagtaildocs", "wagtailcore")
    for permission in Permission.objects.filter(codename__in=names, content_type__app_label__in=labels):
        GroupCollectionPermission.objects.create(group=group, collection=collection, permission=permission)
