"""Files that bring a tag: an import under way, and schedules whose pattern puts it on everybody."""

from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.imports.models import Import
from crm.people.tag_users import Need, TagUsage
from crm.people.tagging import numbers_of
from crm.schedules.models import ScheduledImport


def files_bringing(tag_ids: Collection[int]) -> list[TagUsage]:
    """An import has read which tags its file means before it writes: none of them goes meanwhile. A merge leaves the
    former name, so that a schedule needs no change."""
    found = []
    for run in Import.objects.at_work().order_by("pk"):
        label, url = _("the import “%(name)s” under way") % {"name": run.name}, reverse("imports:report", args=[run.pk])
        found += [TagUsage(pk, label, url, Need.BUSY) for pk in sorted(tag_ids)]
    for scheduled in ScheduledImport.objects.select_related("pattern").order_by("name", "pk"):
        label = _("the scheduled import “%(name)s”") % {"name": scheduled.name}
        named = set(numbers_of(scheduled.pattern.tags).values()) & set(tag_ids)
        url = reverse("schedules:page", args=[scheduled.pk])
        found += [TagUsage(pk, label, url) for pk in sorted(named)]
    return found
