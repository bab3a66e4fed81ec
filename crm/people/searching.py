"""Looking somebody up: by name, e-mail, telephone or place, and by what was probably meant."""

import re
from typing import Any

from django.db.models import F, Q, QuerySet, Value

from crm.geo.queries import communes_matching
from crm.geo.words import fold as fold_place
from crm.people.expressions import Folded, Has, fold_text, split_name
from crm.people.models import EmailAddress, Person, PhoneNumber
from crm.people.spelling import words_near

PHONE = re.compile(r"^[+\d][\d\s().-]{3,}$")
POSTCODE = re.compile(r"^\d{5}$")
PREFIXES = ("+33", "+262", "+590", "+594", "+596", "+508", "+687", "+689", "+681")
LONGEST = 200  # letters of a word that are looked at: no name has as many


def people_matching(text: str) -> QuerySet[Person]:
    """By name and place (the beginning of each word, any order, blind to accents and case), beginning of an e-mail, telephone, postcode."""
    people = Person.objects.alive()
    wanted = text.strip()
    if not wanted:
        return people
    if "@" in wanted:
        return people.filter(pk__in=_at_email(wanted))
    if POSTCODE.match(wanted):
        if not wanted.startswith("0"):  # a telephone is typed with its first digit
            return people.filter(postcode=wanted)
        # A union, since an OR of two tables has PostgreSQL read all the people.
        living_there = Person.objects.filter(postcode=wanted).values("pk")
        return people.filter(pk__in=living_there.union(_at_phone(wanted)))
    if PHONE.match(wanted):
        return people.filter(pk__in=_at_phone(wanted))
    return _named(people, split_name(wanted))


def people_named(text: str) -> QuerySet[Person]:
    """Whom its words name, by name, e-mail or telephone: a place alone names nobody."""
    wanted, people = text.strip(), Person.objects.alive()
    if not wanted or POSTCODE.match(wanted):
        return people.none()
    if "@" in wanted or PHONE.match(wanted):
        return people_matching(wanted)
    return _named(people, split_name(wanted), at_least=1)


def people_alike(text: str) -> QuerySet[Person]:
    """Whose name is nearly so: a slip of the finger, or written as it sounds. Nobody where a name was not asked for."""
    words = split_name(text)
    near = words_near(words) if "@" not in text else {}
    if not near:
        return Person.objects.none()
    asked = [" | ".join([_beginning(word), *map(_exactly, near.get(word, ()))]) for word in words]
    return _called(Person.objects.alive(), words, asked)


def _named(people: QuerySet[Person], words: list[str], *, at_least: int = 0) -> QuerySet[Person]:
    return _called(people, words, [_beginning(word) for word in words], at_least=at_least)


def _called(people: QuerySet[Person], words: list[str], asked: list[str], *, at_least: int = 0) -> QuerySet[Person]:
    """All that is asked for words of the name; or for the first ones (`at_least` so many), and the rest is a commune: «Martin Saint-Denis»."""
    condition = _in_name(asked)
    for start in range(at_least, len(words)):
        if codes := _communes_called(" ".join(words[start:])):
            condition |= _in_name(asked[:start]) & Q(commune_code__in=codes)
            break
    return people.filter(condition)


def _in_name(asked: list[str]) -> Q:
    return Q(Has(F("words"), Value(" & ".join(f"({one})" for one in asked)))) if asked else Q()


def _exactly(word: str) -> str:
    """As PostgreSQL quotes a word of a query, which may hold any sign."""
    return "'{}'".format(word[:LONGEST].replace("\\", r"\\"))


def _beginning(word: str) -> str:
    return f"{_exactly(word)}:*"


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
