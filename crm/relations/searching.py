"""Organisations whose names are nearly as they are typed: all names are looked through, which are few beside people's."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Q, QuerySet

from crm.people.expressions import Folded, split_name
from crm.people.spelling import LONGEST, MOST, SHORTEST, one_slip_from, sounding_like
from crm.relations.models import Organisation
from crm.relations.queries import organisations_matching

KNOWN = """
SELECT DISTINCT word FROM relations_organisation o CROSS JOIN unnest(extensions.name_words(o.name)) AS word
WHERE word = ANY(%s::text[])"""


def organisations_alike(text: str, *, kind: str = "", tag: int | None = None) -> QuerySet[Organisation]:
    """Asked where no organisation has the words: a slip of the finger, or written as it sounds."""
    words = split_name(text)
    near = _words_near(words)
    found = organisations_matching("", kind=kind, tag=tag).alias(blind=Folded("name"))
    for word in words:
        found = found.filter(reduce(or_, (Q(blind__contains=one) for one in (word, *near.get(word, ())))))
    return found if near else found.none()


def _words_near(words: Sequence[str]) -> dict[str, set[str]]:
    asked = [word for word in words[:MOST] if SHORTEST <= len(word) <= LONGEST and word.isalpha()]
    spellings = {word: one_slip_from(word) | sounding_like(word) for word in asked}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [sorted(set().union(*spellings.values()))])
        known = {word for (word,) in cursor.fetchall()}
    return {word: known & near for word, near in spellings.items() if known & near}
