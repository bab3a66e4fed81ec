"""What may have been meant by a word that no name has: one slip of the finger away from it, or written as it sounds."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_lowercase

from django.db import connection, transaction

SHORTEST = 4  # letters: shorter words are alike by accident
LONGEST = 30
MOST = 5  # words of a search
# What French ears take for one another. After `extensions.fold`: without accents and capitals.
SOUNDS = (
    ("an", "am", "en", "em"),
    ("c", "k", "q", "qu", "ck", "ch"),
    ("e", "ai", "ei", "ay", "et"),
    ("f", "ph"),
    ("g", "gu", "j"),
    ("i", "y", "ie"),
    ("in", "ain", "ein", "yn", "im"),
    ("o", "au", "eau", "ot"),
    ("s", "c", "z", "x"),
    ("ch", "sch", "sh"),
    ("t", "th"),
    ("v", "w"),
    *((letter, letter * 2) for letter in "bcdfglmnprstz"),
)
SPELLINGS: Mapping[str, frozenset[str]] = {
    one: frozenset(other for sound in SOUNDS if one in sound for other in sound if other != one)
    for one in {spelling for sound in SOUNDS for spelling in sound}
}
# Without their index, nobody would wait for so many looks at everybody.
NEAR = """
SELECT w.typed, w.meant FROM unnest(%s::text[], %s::text[]) AS w (typed, meant)
WHERE to_regclass('people_words') IS NOT NULL AND EXISTS (SELECT FROM people_person p WHERE p.words @@ w.meant::tsquery)
ORDER BY w.meant"""


def words_near(words: Sequence[str]) -> dict[str, list[str]]:
    """The words of known names that each of these may stand for; none for one that is short, long, or has other signs than letters.

    A few hundred spellings of each are looked up in the index of names, some 6 µs a piece.
    """
    asked = [word for word in words[:MOST] if SHORTEST <= len(word) <= LONGEST and word.isalpha()]
    pairs = [(word, meant) for word in asked for meant in sorted(one_slip_from(word) | sounding_like(word))]
    near: dict[str, list[str]] = defaultdict(list)
    for word, meant in _known(pairs):
        near[word].append(meant)
    return near


def one_slip_from(word: str) -> set[str]:
    """A letter too many, missing, wrong, or swapped with its neighbour."""
    letters = {*ascii_lowercase, *word}
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return {
        *(left + right[1:] for left, right in halves if right),
        *(left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1),
        *(left + letter + right[1:] for left, right in halves if right for letter in letters),
        *(left + letter + right for left, right in halves for letter in letters),
    } - {word}


def sounding_like(word: str) -> set[str]:
    """With one or two of its sounds spelt otherwise."""
    once = one_sound_from(word)
    return {*once, *(twice for one in once for twice in _respelt(one))} - {word}


def one_sound_from(word: str) -> set[str]:
    """With one of its sounds spelt otherwise: what is looked up of long names, too."""
    return set(_respelt(word)) - {word}


def _respelt(word: str) -> Iterator[str]:
    for at in range(len(word)):
        for spelling, others in SPELLINGS.items():
            if word.startswith(spelling, at):
                yield from (word[:at] + other + word[at + len(spelling) :] for other in others)


def _known(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    if not pairs:
        return []
    typed, meant = zip(*pairs, strict=True)
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner does not know the words beforehand, and would read people until one has them.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        cursor.execute(NEAR, [list(typed), list(meant)])
        known: list[tuple[str, str]] = cursor.fetchall()
        cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = on")
    return known
