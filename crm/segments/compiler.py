"""From a tree to one SQL condition; and which of a few people fulfil which of several trees."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import and_, or_

from django.db.models import BooleanField, ExpressionWrapper, Q

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


def met_by(nodes: Sequence[Node | None], people: Sequence[Person], *, now: datetime) -> list[set[int]]:
    """Of these people, who fulfils each of the trees: one query for all of it, by the same conditions as the segment's."""
    if not nodes or not people:
        return [set() for _node in nodes]
    columns = {
        f"met_{number}": ExpressionWrapper(condition_of(node, now=now), output_field=BooleanField())
        for number, node in enumerate(nodes)
    }
    rows = Person.objects.filter(pk__in=[person.pk for person in people]).annotate(**columns)
    answers = list(rows.order_by().values_list("pk", *columns))
    return [{answer[0] for answer in answers if answer[place]} for place in range(1, len(nodes) + 1)]
