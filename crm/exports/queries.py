from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from crm.consent.enums import Reach
from crm.consent.reach import REACH
from crm.people.models import Person
from crm.people.selecting import people_selected, selection_from
from crm.segments.models import Segment
from crm.segments.queries import people_in, sound_tree_of
from crm.segments.tree import CriteriaInvalid

SUPPRESSED = Q(*((column, Reach.SUPPRESSED) for column in REACH.values()), _connector=Q.OR)


def people_meant(whom: Mapping[str, Any], *, now: datetime) -> QuerySet[Person]:
    """A segment's people, or those of the list; before anybody is left out."""
    if "criteria" in whom:
        return people_in(whom["criteria"], now=now).filter(erased_at=None)
    return people_selected(selection_from(whom), now=now)


def is_understood(whom: Mapping[str, Any]) -> bool:
    """Not where a segment, or one that it counts on, names what was deleted."""
    try:
        sound_tree_of(whom.get("criteria", {}))
    except CriteriaInvalid:
        return False
    return True


def people_to_export(whom: Mapping[str, Any], *, now: datetime) -> QuerySet[Person]:
    """Without who is about to be erased, and without who asked never to be written to again: no file takes them out."""
    return people_meant(whom, now=now).filter(erase_requested_at=None).exclude(SUPPRESSED)


def whom_of(segment: Segment) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"criteria": segment.criteria, "name": segment.name}, {"segment": segment.name}
