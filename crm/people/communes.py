"""Communes as words of a search name them: exactly, or perhaps."""

from collections.abc import Callable, Sequence

from crm.geo.queries import Commune, communes_matching, communes_named
from crm.geo.words import fold
from crm.people.spelling import one_slip_from, one_sound_from

SHORTEST = 3  # letters of a commune's name
ALIKE = 5  # letters: shorter names are alike by accident
LONGEST = 30  # so many spellings of a longer one would be waited for
MOST = 60  # communes whose names begin so
Called = Callable[[str], list[str]]


def communes_called(name: str) -> list[str]:
    """The codes of those called exactly so; of a city, its arrondissements too."""
    return _codes(_called(fold(name)))


def communes_meant(name: str) -> list[str]:
    return _codes(places_meant(name))


def places_meant(name: str) -> list[Commune]:
    """Those with these words at the beginning of their names; else those that begin so; else those nearly called so."""
    folded = fold(name)
    if len(folded) < SHORTEST or folded.isdigit():
        return []
    beginning = communes_matching(folded, limit=MOST)
    whole = [one for one in beginning if f"{fold(one.name)} ".startswith(f"{folded} ")]
    return whole or list(beginning) or _nearly_called(folded)


def _called(folded: str) -> list[Commune]:
    if len(folded) < SHORTEST:
        return []
    return [one for one in communes_matching(folded, limit=MOST) if _is_called(one, folded)]


def _is_called(one: Commune, folded: str) -> bool:
    name = fold(one.name)
    return name == folded or (one.is_arrondissement and name.startswith(f"{folded} "))


def _nearly_called(folded: str) -> list[Commune]:
    """One slip of the finger away, else written as it sounds; a city with its arrondissements."""
    if not ALIKE <= len(folded) <= LONGEST:
        return []
    near = communes_named(one_slip_from(folded)) or communes_named(one_sound_from(folded))
    return [place for one in near for place in _called(fold(one.name))]


def _codes(communes: Sequence[Commune]) -> list[str]:
    return [one.code for one in communes]
