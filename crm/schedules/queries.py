from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Max, QuerySet

from crm.imports.models import Import
from crm.schedules.models import Fetch, ScheduledImport
from shared.numbers import number

SHOWN = 50


class ScheduleNotFound(ObjectDoesNotExist):
    """No such scheduled import in this campaign."""


def scheduled_imports() -> QuerySet[ScheduledImport]:
    return ScheduledImport.objects.select_related("created_by").annotate(last_at=Max("fetches__asked_at"))


def get_schedule(pk: int) -> ScheduledImport:
    """Raises ScheduleNotFound."""
    found = ScheduledImport.objects.select_related("pattern", "created_by").filter(pk=pk).first()
    if found is None:
        raise ScheduleNotFound
    return found


def history_of(scheduled: ScheduledImport) -> list[Fetch]:
    return list(scheduled.fetches.select_related("import_run")[:SHOWN])


def find_pattern(pk: str) -> Import | None:
    return Import.objects.filter(pk=number(pk)).first()
