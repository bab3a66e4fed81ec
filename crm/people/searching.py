"""Looking somebody up: by name, e-mail, telephone or place, and by what was probably meant.

What was probably meant is asked for only where nobody is found: a million people are looked through by indexes alone.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Q, QuerySet, Value

from crm.people.communes import Called, communes_called, communes_meant
from crm.people.expressions import Folded, Has, fold_text, split_name
from crm.people.models import EmailAddress, Person, PhoneNumber
from crm.people.spelling import words_near

PHONE = re.compile(r"^[+\d][\d\s().-]{3,}$")
POSTCODE = re.compile(r"^\d{5}$")
PREFIXES = ("+33", "+262", "+590", "+594", "+596", "+508", "+687", "+689", "+681")
LONGEST = 200  # letters of a word that are looked at: no name has as many
SHORTEST = 3  # letters of an e-mail's beginning
OWNERS = 50  # of e-mails with one beginning: what may be meant is one page
PLACE_WORDS = 10  # of the longest name of a commune


def people_matching(text: str) -> QuerySet[Person]:
    """By name (the beginning of each word, any order, blind to accents and case), with or without a place or a postcode
    before or after it; by a place or a postcode alone; by telephone; by the beginning of an e-mail, up to its @ at least.

    Nothing asked for is everybody; signs without a word are nobody."""
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
    named = _named(people, split_name(wanted), at_least=1)
    if not _may_begin_email(wanted):
        return named
    return people.filter(pk__in=named.values("pk").union(_at_email(wanted)))


def people_alike(text: str) -> QuerySet[Person]:
    """Whose name is nearly so, by a slip of the finger or as it sounds; or whose e-mail begins so. Nobody where no name was asked for."""
    words = split_name(text)
    near = words_near(words) if "@" not in text else {}
    # By their ids: an OR of two tables would have PostgreSQL read all the people.
    owners = list(_at_email(text).values_list("person", flat=True)[:OWNERS]) if _may_begin_email(text) else []
    people, begins = Person.objects.alive(), Q(pk__in=owners)
    if not near:
        return people.filter(begins)
    asked = [" | ".join([_beginning(word), *map(_exactly, near.get(word, ()))]) for word in words]
    return people.filter(_called(words, asked) | begins)


def people_around(text: str) -> QuerySet[Person]:
    """Who lives where the words may mean: a place that begins so, or is nearly called so, with or without a name."""
    words = split_name(text) if "@" not in text and not PHONE.match(text.strip()) else []
    places = list(_places(words, communes_meant))
    return Person.objects.alive().filter(
        _living([_beginning(word) for word in words], places) if places else Q(pk__in=())
    )


def _named(people: QuerySet[Person], words: list[str], *, at_least: int = 0) -> QuerySet[Person]:
    """A postcode among the words is where she lives: «Martin 13100»."""
    if not words:
        return people.none()
    postcodes = [word for word in words if POSTCODE.match(word)]
    if postcodes and len(postcodes) < len(words):
        people = people.filter(postcode__in=postcodes)
        words = [word for word in words if word not in postcodes]
    return people.filter(_called(words, [_beginning(word) for word in words], at_least=at_least))


def _called(words: list[str], asked: list[str], *, at_least: int = 0) -> Q:
    """All that is asked for words of the name; or some of it (`at_least` so many), and the others before or after are a commune."""
    return _in_name(asked) | _living(asked, _places(words, communes_called, at_least=at_least))


def _places(words: list[str], called: Called, *, at_least: int = 0) -> Iterator[tuple[list[str], range]]:
    """Communes that the last words name, and the first ones: «Martin Saint-Denis», «Saint-Denis Martin». The longest names."""
    count = len(words)
    ends = (range(count - length, count) for length in range(min(count - at_least, PLACE_WORDS), 0, -1))
    beginnings = (range(length) for length in range(min(count - 1, PLACE_WORDS), 0, -1))
    for spans in (ends, beginnings):
        for span in spans:
            if codes := called(" ".join(words[span.start : span.stop])):
                yield codes, span
                break


def _in_name(asked: list[str]) -> Q:
    return Q(Has(F("words"), Value(" & ".join(f"({one})" for one in asked)))) if asked else Q()


def _living(asked: list[str], places: Iterable[tuple[list[str], range]]) -> Q:
    """In one of the places, with the words that do not name it for her name."""
    condition = Q()
    for codes, taken in places:
        name = [one for at, one in enumerate(asked) if at not in taken]
        condition |= _in_name(name) & Q(commune_code__in=codes)
    return condition


def _exactly(word: str) -> str:
    """As PostgreSQL quotes a word of a query, which may hold any sign."""
    return "'{}'".format(word[:LONGEST].replace("\\", r"\\"))


def _beginning(word: str) -> str:
    return f"{_exactly(word)}:*"


def _may_begin_email(text: str) -> bool:
    word = text.strip()
    return len(word) >= SHORTEST and not re.search(r"[\s@]", word) and not PHONE.match(word)


def _at_email(wanted: str) -> QuerySet[Any, Any]:
    addresses = EmailAddress.objects.alias(blind=Folded("address"))
    if wanted.startswith("@"):
        return addresses.filter(blind__endswith=fold_text(wanted)).values("person")
    return addresses.filter(blind__startswith=fold_text(wanted)).values("person")


def _at_phone(wanted: str) -> QuerySet[Any, Any]:
    abroad = wanted.startswith(("+", "00"))
    digits = re.sub(r"\D", "", wanted.replace("(0)", "") if abroad else wanted)  # +33 (0)6…: the nought is not dialled
    starts = [f"+{digits}"] if wanted.startswith("+") else [f"+{digits[2:]}"] if digits.startswith("00") else []
    if digits.startswith("0"):
        starts += [prefix + digits[1:] for prefix in PREFIXES]
    starts = starts or [f"+{digits}", *(prefix + digits for prefix in PREFIXES)]
    condition = Q()
    for start in starts:
        condition |= Q(number__startswith=start)
    return PhoneNumber.objects.filter(condition).values("person")
