"""From a tree to one SQL condition, and to its plain evaluation for one person."""

from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from django.db.models import Q

from crm.segments.tree import All, AnyOf, Condition, Node, Not

if TYPE_CHECKING:
    from crm.people.models import Person


def condition_of(node: Node | None, *, now: datetime) -> Q:
    match node:
        case None:
            return Q()
        case All(nodes):
            return reduce(and_, (condition_of(child, now=now) for child in nodes))
        case AnyOf(nodes):
            return reduce(or_, (condition_of(child, now=now) for child in nodes))
        case Not(child):
            return ~condition_of(child, now=now)
        case Condition(criterion, value):
            return criterion.condition(value, now=now)


def holds(node: Node | None, person: "Person", *, now: datetime) -> bool:
    match node:
        case None:
            return True
        case All(nodes):
            return all(holds(child, person, now=now) for child in nodes)
        case AnyOf(nodes):
            return any(holds(child, person, now=now) for child in nodes)
        case Not(child):
            return not holds(child, person, now=now)
        case Condition(criterion, value):
            return criterion.holds(value, person, now=now)
