"""From a tree to one SQL condition, and to its plain evaluation for one person."""

from datetime import datetime
from functools import reduce
from operator import and_, or_

from django.db.models import Q

from crm.people.models import Person
from crm.segments.drawing import drawn
from crm.segments.tree import All, AnyOf, Condition, Draw, Node, Not


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
        case Draw(people, salt, child):
            those = Person.objects.alive().filter(condition_of(child, now=now)).order_by(drawn(salt), "pk")
            return Q(pk__in=those.values("pk")[:people])
        case Condition(criterion, value):
            return criterion.condition(value, now=now)


def holds(node: Node | None, person: Person, *, now: datetime) -> bool:
    match node:
        case None:
            return True
        case All(nodes):
            return all(holds(child, person, now=now) for child in nodes)
        case AnyOf(nodes):
            return any(holds(child, person, now=now) for child in nodes)
        case Not(child):
            return not holds(child, person, now=now)
        case Draw():
            return Person.objects.filter(condition_of(node, now=now), pk=person.pk).exists()
        case Condition(criterion, value):
            return criterion.holds(value, person, now=now)
