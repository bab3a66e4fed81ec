"""Large numbers, estimated: one person in 64 is asked, and who of them fulfils a condition is kept for a minute, one bit each.

A tree is then counted without the database: «and», «or» and «not» of its conditions' bits. Whoever adds a condition to a
tree waits for that condition alone.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial, reduce
from hashlib import blake2b
from operator import and_, or_

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.cache import cache
from django.db.models import BigIntegerField, ExpressionWrapper, F, Q

from crm.consent.enums import Reach
from crm.people.models import Person
from crm.segments.tree import All, AnyOf, Condition, Draw, Node, Not, all_conditions_of, conditions_of, to_json
from shared.sampling import SAMPLED, InSample, sampling

Bits = int
Question = Callable[[], Q]  # asked within `sampling`
KEPT = 60  # seconds
EVERYBODY = "everybody"
NO_BIRTH = "no_birth"
EMAIL = "email"
REACH_COLUMNS = {"sms": "can_sms", "phone": "can_call", "post": "can_post"}
FACTS: Mapping[str, Question] = {
    EVERYBODY: lambda: Q(pk__gt=0),
    NO_BIRTH: lambda: Q(birth_date__isnull=True),
    **{f"reach:{reach.value}": partial(Q, email_reach=reach.value) for reach in Reach},
    EMAIL: partial(Q, can_email=True),
    **{channel: partial(Q, **{column: True}) for channel, column in REACH_COLUMNS.items()},
}
PLACE = ExpressionWrapper(F("id") / SAMPLED, output_field=BigIntegerField())


class Sample:
    """What one page, or one count, asks of the sample."""

    def __init__(
        self, nodes: Iterable[Node | None], *, now: datetime, more: Mapping[str, Question] | None = None
    ) -> None:
        asked = {**FACTS, **(more or {})}
        self._keys: dict[int, str] = {}
        for condition in (condition for node in nodes for condition in conditions_of(node)):
            self._keys[id(condition)] = key = key_of(condition)
            asked[key] = partial(condition.criterion.condition, condition.value, now=now)
        self._bits = _answers(asked)

    def people(self, node: Node | None, *facts: str) -> int:
        """About how many fulfil the tree and are what the facts say."""
        those = self._who(node) & self._bits[EVERYBODY]
        # Of those among whom some are drawn by lot, so many are; they are as the others are.
        everyone = those.bit_count() * SAMPLED
        share = min(1.0, node.people / everyone) if isinstance(node, Draw) and everyone else 1.0
        found = reduce(and_, (self._bits[fact] for fact in facts), those)
        return rounded(round(found.bit_count() * SAMPLED * share))

    def some(self, node: Node | None, *, most: int) -> list[int]:
        """The newest of the sample that fulfil the tree, by their ids."""
        those = self._who(node) & self._bits[EVERYBODY]
        found: list[int] = []
        while those and len(found) < most:
            place = those.bit_length() - 1
            found.append(place * SAMPLED)
            those ^= 1 << place
        return found

    def _who(self, node: Node | None) -> Bits:
        match node:
            case None:
                return self._bits[EVERYBODY]
            case All(nodes):
                return reduce(and_, map(self._who, nodes))
            case AnyOf(nodes):
                return reduce(or_, map(self._who, nodes))
            case Not(child):
                return self._bits[EVERYBODY] & ~self._who(child)
            case Draw(node=child):
                return self._who(child)
            case Condition():
                return self._bits[self._keys[id(node)]]


def rounded(number: int) -> int:
    """Two figures that count: more would pretend to know."""
    if number < 100:
        return number
    unit: int = 10 ** (len(str(number)) - 2)
    return round(number / unit) * unit


def key_of(node: Node | None) -> str:
    """With the trees that it stands for: a segment inside may have been changed since."""
    text = json.dumps([to_json(node), *map(to_json, all_conditions_of(node))], sort_keys=True)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _answers(asked: Mapping[str, Question]) -> dict[str, Bits]:
    kept = {f"segments.sample:{key}": key for key in asked}
    found = {kept[name]: int.from_bytes(value, "little") for name, value in cache.get_many(kept).items()}
    if missing := {key: question for key, question in asked.items() if key not in found}:
        new = _ask(missing)
        cache.set_many({f"segments.sample:{key}": _bytes_of(bits) for key, bits in new.items()}, KEPT)
        found |= new
    return found


def _ask(questions: Mapping[str, Question]) -> dict[str, Bits]:
    """All of it in one pass over the sample, by indexes that hold only its rows."""
    with sampling():
        columns = {
            f"a{number}": ArrayAgg(PLACE, filter=question()) for number, question in enumerate(questions.values())
        }
    answers = Person.objects.alive().filter(InSample("id")).order_by().aggregate(**columns)
    return {key: _bits_of(places or ()) for key, places in zip(questions, answers.values(), strict=True)}


def _bits_of(places: Sequence[int]) -> Bits:
    marked = bytearray(max(places, default=0) // 8 + 1)
    for place in places:
        marked[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(marked, "little")


def _bytes_of(bits: Bits) -> bytes:
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")
