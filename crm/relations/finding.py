"""Whom a file means by a number, an e-mail or a name: many at once, and nobody where several may be meant."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

EMAIL = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+\.\w+")
LETTERS = re.compile(r"[^\W\d_]")
WORDS = 5  # of a name at the most: each place to part first from last names is one look-up
# OFFSET 0 has an index asked once for each word.
BY_NUMBER = """
SELECT w.word, p.id, p.name FROM unnest(%s::text[]) AS w (word) CROSS JOIN LATERAL (
  SELECT coalesce(p.merged_into_id, p.id) AS id, extensions.fold(p.first_name || ' ' || p.last_name) AS name FROM people_person p
  WHERE p.external_id = w.word AND p.external_id <> '' AND (p.erased_at IS NULL OR p.merged_into_id IS NOT NULL) OFFSET 0
) p"""
BY_EMAIL = """
SELECT w.word, e.person_id FROM unnest(%s::text[]) AS w (word) CROSS JOIN LATERAL (
  SELECT e.person_id FROM people_emailaddress e WHERE extensions.fold(e.address) = extensions.fold(w.word) OFFSET 0
) e"""
BY_NAME = """
SELECT DISTINCT w.word, p.id FROM unnest(%s::text[], %s::text[], %s::text[]) AS w (word, first, last) CROSS JOIN LATERAL (
  SELECT p.id FROM people_person p WHERE extensions.fold(p.last_name) = extensions.fold(w.last)
    AND extensions.fold(p.first_name) = extensions.fold(w.first) AND p.erased_at IS NULL OFFSET 0
) p"""
FOLD = "SELECT w.word, extensions.fold(w.word) FROM unnest(%s::text[]) AS w (word)"


class Unknown(Exception):
    """Nobody here is meant by these words."""


class Ambiguous(Exception):
    """Several people may be meant by them."""


@dataclass(slots=True)
class Directory:
    """The people whom some words may mean."""

    _numbers: dict[str, tuple[int, str]] = field(default_factory=dict)
    _emails: dict[str, int] = field(default_factory=dict)
    _names: dict[str, set[int]] = field(default_factory=dict)
    _folded: dict[str, str] = field(default_factory=dict)

    def find(self, words: Sequence[str]) -> int:
        """By the number of the former tool, else by e-mail, else by name. Raises Unknown, Ambiguous.

        An e-mail that nobody here has tells a namesake from whoever is here.
        """
        names = [name for word in words if (name := name_in(word))]
        named = set() if any(map(email_in, words)) else self._by_name(names)
        for found in (self._by_number(words, names), self._by_email(words), named):
            if len(found) > 1:
                raise Ambiguous
            if found:
                return found.pop()
        raise Unknown

    def _by_number(self, words: Sequence[str], names: Sequence[str]) -> set[int]:
        """Two tools may both know a number 12: a name beside it that has no word of hers unmasks it."""
        told = {part for name in names if name not in self._numbers for part in self._folded.get(name, "").split()}
        known = (self._numbers[word] for word in words if word in self._numbers)
        return {person for person, name in known if not told or not name.strip() or told & set(name.split())}

    def _by_email(self, words: Sequence[str]) -> set[int]:
        emails = (email_in(word) for word in words)
        return {self._emails[email] for email in emails if email in self._emails}

    def _by_name(self, names: Sequence[str]) -> set[int]:
        return {person for name in names for person in self._names.get(name, ())}


def directory_of(cursor: Any, words: Sequence[str], numbered: pl.Series | None = None) -> Directory:
    """`numbered`: the people among whom numbers are looked for, when they are another tool's than those of everybody here."""
    distinct = list(dict.fromkeys(words))
    names = sorted({name for word in distinct if (name := name_in(word))})
    cursor.execute(BY_NUMBER, [distinct])
    numbers = {word: (person, name) for word, person, name in cursor.fetchall()}
    if numbered is not None and numbers:
        people = pl.Series([person for person, _name in numbers.values()], dtype=pl.Int64)
        among = set(people.filter(people.is_in(numbered.implode())).to_list())
        numbers = {word: found for word, found in numbers.items() if found[0] in among}
    cursor.execute(BY_EMAIL, [sorted({email for word in distinct if (email := email_in(word))})])
    emails = dict(cursor.fetchall())
    cursor.execute(FOLD, [names])
    folded = dict(cursor.fetchall())
    return Directory(numbers, emails, _named(cursor, names), folded)


def _named(cursor: Any, names: Sequence[str]) -> dict[str, set[int]]:
    parted = [(name, first, last) for name in names for first, last in partings(name)]
    cursor.execute(BY_NAME, [[row[at] for row in parted] for at in range(3)])
    found: dict[str, set[int]] = {}
    for name, person in cursor.fetchall():
        found.setdefault(name, set()).add(person)
    return found


def email_in(word: str) -> str:
    """«Ada Roche <ada@example.org>» has one."""
    found = EMAIL.search(word)
    return found[0].lower() if found else ""


def name_in(word: str) -> str:
    """What is left beside an e-mail, when there are letters in it."""
    name = " ".join(re.sub(r"[<>()\[\];:\"]", " ", EMAIL.sub(" ", word)).split()).strip(" ,")
    return name if LETTERS.search(name) else ""


def partings(name: str) -> Iterator[tuple[str, str]]:
    """First and last names that it may be made of, in either order; a comma tells them apart."""
    if "," in name:
        last, _comma, first = name.partition(",")
        yield first.strip(), last.strip()
        return
    words = name.split()
    if len(words) > WORDS:
        return
    for at in range(len(words) + 1):
        one, other = " ".join(words[:at]), " ".join(words[at:])
        yield one, other
        if one and other:
            yield other, one
