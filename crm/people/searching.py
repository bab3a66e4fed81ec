"""Looking somebody up: by name, e-mail, telephone or place, and by what was probably meant."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from crm.geo.queries import communes_matching
from crm.geo.words import fold as fold_place
from crm.people.expressions import Folded, fold_text, folded_name
from crm.people.models import EmailAddress, Person, PhoneNumber

PHONE = re.compile(r"^[+\d][\d\s().-]{3,}$")
POSTCODE = re.compile(r"^\d{5}$")
PREFIXES = ("+33", "+262", "+590", "+594", "+596", "+508", "+687", "+689", "+681")
ALIKE = (0.6, 0.5)  # how much of a word's trigrams must be there; the second where the first finds few
SHORTEST = 4  # letters: shorter words are alike by accident


def people_matching(text: str) -> QuerySet[Person]:
    """By name and place (each word, any order, blind to accents and case), beginning of an e-mail, telephone, postcode."""
    people = Person.objects.alive()
    wanted = text.strip()
    if not wanted:
        return people
    if "@" in wanted:
        return people.filter(pk__in=_at_email(wanted))
    if POSTCODE.match(wanted):
        # A union, since an OR of two tables has PostgreSQL read all the people.
        living_there = Person.objects.filter(postcode=wanted).values("pk")
        return people.filter(pk__in=living_there.union(_at_phone(wanted)))
    if PHONE.match(wanted):
        return people.filter(pk__in=_at_phone(wanted))
    return _named(people, fold_text(wanted).split())


def people_named(text: str) -> QuerySet[Person]:
    """Whom its words name, by name, e-mail or telephone: a place alone names nobody."""
    wanted, people = text.strip(), Person.objects.alive()
    if not wanted or POSTCODE.match(wanted):
        return people.none()
    if "@" in wanted or PHONE.match(wanted):
        return people_matching(wanted)
    return _named(people, fold_text(wanted).split(), at_least=1)


@contextmanager
def alike(share: float) -> Iterator[None]:
    """Within it, `people_alike` finds what is as typed for so much of its trigrams, by their index.

    The planner takes one person in a hundred to be alike, and would rather compare everybody's name, newest first.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {share:f}; SET LOCAL enable_indexscan = off")
        yield


def people_alike(text: str) -> QuerySet[Person]:
    """Whose name is nearly so: a letter too many, missing, wrong or swapped. Nobody where a name was not asked for."""
    words = fold_text(text).split()
    if not words or "@" in text or any(len(word) < SHORTEST or not word.isalpha() for word in words):
        return Person.objects.none()
    people = Person.objects.alive().alias(blind=folded_name())
    for word in words:
        condition = Q(blind__trigram_word_similar=word)
        for swapped in _swapped(word):
            condition |= Q(blind__contains=swapped)
        people = people.filter(condition)
    return people


def _named(people: QuerySet[Person], words: list[str], *, at_least: int = 0) -> QuerySet[Person]:
    """All the words in the name; or the first ones (`at_least` so many) in the name and the rest a commune: «Martin Saint-Denis»."""
    condition = _in_name(words)
    for start in range(at_least, len(words)):
        if codes := _communes_called(" ".join(words[start:])):
            condition |= _in_name(words[:start]) & Q(commune_code__in=codes)
            break
    return people.alias(blind=folded_name()).filter(condition)


def _in_name(words: list[str]) -> Q:
    condition = Q()
    for word in words:
        if len(word) > 2:
            condition &= Q(blind__contains=word)
        else:  # too short for trigrams inside a word: beginnings of words only
            condition &= Q(blind__startswith=word) | Q(blind__contains=f" {word}")
    return condition


def _communes_called(name: str) -> list[str]:
    """Exactly so; a city with its arrondissements."""
    folded = fold_place(name)
    if len(folded) < 3:
        return []
    found = communes_matching(name, limit=60)
    return [
        one.code
        for one in found
        if folded == fold_place(one.name) or (fold_place(one.name).startswith(f"{folded} ") and one.is_arrondissement)
    ]


def _swapped(word: str) -> list[str]:
    """Two neighbours taken for each other, the commonest slip of a quick hand."""
    return [
        f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
        for at in range(len(word) - 1)
        if word[at] != word[at + 1]
    ]


def _at_email(wanted: str) -> QuerySet[Any, Any]:
    addresses = EmailAddress.objects.alias(blind=Folded("address"))
    if wanted.startswith("@"):
        return addresses.filter(blind__endswith=fold_text(wanted)).values("person")
    return addresses.filter(blind__startswith=fold_text(wanted)).values("person")


def _at_phone(wanted: str) -> QuerySet[Any, Any]:
    digits = re.sub(r"\D", "", wanted)
    starts = [f"+{digits}"] if wanted.startswith("+") else [f"+{digits[2:]}"] if digits.startswith("00") else []
    if digits.startswith("0"):
        starts += [prefix + digits[1:] for prefix in PREFIXES]
    starts = starts or [f"+{digits}", *(prefix + digits for prefix in PREFIXES)]
    condition = Q()
    for start in starts:
        condition |= Q(number__startswith=start)
    return PhoneNumber.objects.filter(condition).values("person")
