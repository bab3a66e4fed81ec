"""One act on many people: asked with the number in sight, done by a worker, reported, taken back where that is possible."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.bulk.enums import Action
from crm.bulk.models import BulkChange, BulkTarget
from crm.people.models import Person
from crm.people.selecting import Selection
from crm.runs.models import Run
from crm.runs.services import start_run

KIND = "bulk.act"


def start_bulk(*, action: Action, selection: Selection, details: Mapping[str, Any], by: int, now: datetime) -> Run:
    """`details`: the tag's id, the relationship, or the point person's id. Who comes after the click is not meant."""
    last = Person.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    parameters = {"action": action.value, "whom": selection.to_json(), "through": last, **details}
    return start_run(kind=KIND, parameters=parameters, by=by, now=now)


def forget_people(person_ids: list[int], _now: datetime) -> None:
    """For an erasure, in its transaction."""
    BulkChange.objects.filter(person__in=person_ids).delete()
    BulkTarget.objects.filter(person__in=person_ids).delete()
