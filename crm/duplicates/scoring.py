"""How likely two people are one human being: evidence is added up in bits, as Fellegi and Sunter did.

Each agreement is worth the more the rarer it is by chance; each disagreement counts against. The weights are plain
numbers, so that every score can be told in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from crm.duplicates.enums import Reason

Bits = npt.NDArray[np.float32]
Truth = npt.NDArray[np.bool_]
GENERATION = 12 * 365  # days


@dataclass(frozen=True, slots=True)
class Scores:
    """One entry a pair; `reasons` as truth tables, so that words are made only for pairs that are kept."""

    bits: Bits
    is_certain: Truth
    reasons: dict[Reason, Truth]

    def per_mille(self) -> npt.NDArray[np.int16]:
        return np.asarray(1000 / (1 + np.exp2(-np.clip(self.bits, -60, 60))), dtype=np.int16)

    def reasons_of(self, row: int) -> list[str]:
        return [reason.value for reason, holds in self.reasons.items() if holds[row]]


def score_pairs(people: pl.DataFrame, left: Sequence[int], right: Sequence[int], *, everyone: int) -> Scores:
    """`left` and `right` are row numbers; `everyone` is how many people the campaign knows: coincidences grow with it."""
    a, b = people[left], people[right]
    names, name_reasons, known_apart, neither_name = _names(a, b)
    born, born_reasons = _births(a, b)
    reached, reach_reasons = _contacts(a, b)
    placed, place_reasons = _places(a, b)
    genders = _both(a, b, "gender") & (_text(a, "gender") != _text(b, "gender"))
    # One person in thirty comes twice; any two people are the same one as seldom as that.
    prior = np.log2(0.06 / max(everyone, 100))
    # Of «Jean Martin» and «Jean-Marc Legrand», a shared roof and its telephone say that they live together, and little more.
    housemates = neither_name & ~born_reasons[Reason.BIRTH_DATE] & ~reach_reasons[Reason.EMAIL_NAME]
    placed = np.where(housemates & (placed > 0), placed * 0.3, placed)
    reached = reached - 4.5 * (housemates & reach_reasons[Reason.PHONE])
    bits = prior + names + born + reached + placed - 4.0 * genders
    reasons = {**reach_reasons, **name_reasons, **born_reasons, **place_reasons, Reason.OTHER_GENDER: genders}
    # What a household shares (name, address, telephone, even the birthday of twins) never outweighs two first names.
    bits = np.where(known_apart & ~reasons[Reason.EMAIL], np.minimum(bits, -6.0), bits)
    # Father and son of one name: two dates of birth a generation apart are two people.
    bits = np.where(_a_generation_apart(a, b) & ~reasons[Reason.BIRTH_DATE_CLOSE], np.minimum(bits, -6.0), bits)
    return Scores(bits.astype(np.float32), _certain(reasons), reasons)


def _certain(reasons: dict[Reason, Truth]) -> Truth:
    """The same name, and what only one human being has: a mailbox, or a date of birth with a telephone or an address.

    The name before the @ is made of the name itself: that two share it says nothing more.
    """
    named = reasons[Reason.NAME] | reasons[Reason.NAME_SWAPPED]
    born = reasons[Reason.BIRTH_DATE]
    reached = reasons[Reason.PHONE] | reasons[Reason.ADDRESS]
    against = reasons[Reason.OTHER_BIRTH_DATE] | reasons[Reason.OTHER_GENDER]
    return named & ~against & (reasons[Reason.EMAIL] | (born & reached))


def _names(a: pl.DataFrame, b: pl.DataFrame) -> tuple[Bits, dict[Reason, Truth], Truth, Truth]:
    """What they are worth, in words, whether the first names tell two people, and whether no name is the same."""
    first_a, first_b, last_a, last_b = _text(a, "first"), _text(b, "first"), _text(a, "last"), _text(b, "last")
    birth_a, birth_b = _text(a, "birth"), _text(b, "birth")
    both_first, both_last = (first_a != "") & (first_b != ""), (last_a != "") & (last_b != "")
    same_first, same_last = both_first & (first_a == first_b), both_last & (last_a == last_b)
    swapped = both_first & both_last & (first_a == last_b) & (last_a == first_b) & ~same_first
    birth = ~same_last & (
        ((birth_a != "") & ((birth_a == last_b) | (birth_a == birth_b))) | ((birth_b != "") & (birth_b == last_a))
    )
    near_first = both_first & ~same_first & _close(first_a, first_b)
    near_last = both_last & ~same_last & ~birth & _close(last_a, last_b)
    part_first = both_first & ~same_first & ~near_first & _part_of(first_a, first_b)
    part_last = both_last & ~same_last & ~near_last & ~birth & _part_of(last_a, last_b)
    rare_first, rare_last = _rarity(a, b, "first", 11), _rarity(a, b, "last", 13)
    bits = np.select(
        [same_first | swapped, near_first, part_first, both_first], [rare_first, rare_first * 0.6, 2.5, -6.0], 0.0
    ) + np.select(
        [same_last | swapped | birth, near_last, part_last, both_last], [rare_last, rare_last * 0.6, 3.0, -4.5], 0.0
    )
    other_last = both_last & ~(same_last | swapped | birth | near_last | part_last)
    apart = both_first & ~(same_first | swapped | near_first | part_first)
    reasons = {
        Reason.NAME: same_first & same_last,
        Reason.NAME_SWAPPED: swapped,
        Reason.BIRTH_NAME: birth & (same_first | near_first | part_first),
        Reason.NAME_CLOSE: (near_first | part_first | near_last | part_last) & ~apart,
        Reason.OTHER_NAME: apart | other_last,
    }
    return bits, reasons, apart, other_last & ~same_first


def _births(a: pl.DataFrame, b: pl.DataFrame) -> tuple[Bits, dict[Reason, Truth]]:
    days_a, days_b = _days(a), _days(b)
    known = (days_a != _UNKNOWN) & (days_b != _UNKNOWN)
    same = known & (days_a == days_b)
    slip = known & ~same & _a_slip(a, b)
    other = known & ~same & ~slip
    # The first of January is what people write who know the year only.
    blunt = same & (a["born"].dt.ordinal_day().fill_null(0).to_numpy() == 1)
    bits = np.select([blunt, same, slip, other], [8.0, 14.0, 6.0, -8.0], 0.0)
    return bits, {Reason.BIRTH_DATE: same, Reason.BIRTH_DATE_CLOSE: slip, Reason.OTHER_BIRTH_DATE: other}


def _contacts(a: pl.DataFrame, b: pl.DataFrame) -> tuple[Bits, dict[Reason, Truth]]:
    phone, mailbox, local = _shared(a, b, "phones"), _shared(a, b, "mailboxes"), _shared(a, b, "locals")
    local = local & ~mailbox
    bits = 9.0 * phone + 18.0 * mailbox + np.where(_says_more_than_the_name(a, b, local), 8.0, 2.0) * local
    return bits, {Reason.EMAIL: mailbox, Reason.EMAIL_NAME: local, Reason.PHONE: phone}


def _places(a: pl.DataFrame, b: pl.DataFrame) -> tuple[Bits, dict[Reason, Truth]]:
    both = _both(a, b, "postcode")
    same_code = both & (_text(a, "postcode") == _text(b, "postcode"))
    numbers = _both(a, b, "number") & (_text(a, "number") == _text(b, "number"))
    street = _both(a, b, "street") & (
        cpdist(_text(a, "street"), _text(b, "street"), scorer=JaroWinkler.similarity) > 0.9
    )
    address = same_code & numbers & street
    rare = _rarity(a, b, "postcode", 8)
    bits = np.select([address, same_code, both], [rare + 6.0, rare * 0.7, -1.0], 0.0)
    return bits, {Reason.ADDRESS: address, Reason.POSTCODE: same_code & ~address}


_UNKNOWN = np.int32(-(1 << 30))


def _days(people: pl.DataFrame) -> npt.NDArray[np.int32]:
    return people["born"].cast(pl.Int32).fill_null(int(_UNKNOWN)).to_numpy()


def _a_slip(a: pl.DataFrame, b: pl.DataFrame) -> Truth:
    """One digit that differs, two neighbours swapped, or day and month changed over."""
    written_a, written_b = (one["born"].dt.strftime("%d%m%Y").fill_null("").to_numpy() for one in (a, b))
    one_key = cpdist(written_a, written_b, scorer=OSA.distance, dtype=np.int32) == 1
    day_a, month_a, year_a = (
        getattr(a["born"].dt, part)().fill_null(0).to_numpy() for part in ("day", "month", "year")
    )
    day_b, month_b, year_b = (
        getattr(b["born"].dt, part)().fill_null(0).to_numpy() for part in ("day", "month", "year")
    )
    changed_over = (day_a == month_b) & (month_a == day_b) & (year_a == year_b)
    return np.asarray(one_key | changed_over, dtype=bool)


def _a_generation_apart(a: pl.DataFrame, b: pl.DataFrame) -> Truth:
    days_a, days_b = _days(a), _days(b)
    known = (days_a != _UNKNOWN) & (days_b != _UNKNOWN)
    return np.asarray(known & (np.abs(days_a.astype(np.int64) - days_b) > GENERATION), dtype=bool)


def _close(a: npt.NDArray[np.object_], b: npt.NDArray[np.object_]) -> Truth:
    """A slip of the pen: one letter in a name of four, two in a long one. «Léa» and «Léo» are two names."""
    length = np.minimum([len(one) for one in a], [len(one) for one in b])
    slips = cpdist(a, b, scorer=OSA.distance, dtype=np.int32)
    return np.asarray(((slips == 1) & (length >= 4)) | ((slips == 2) & (length >= 8)), dtype=bool)


def _part_of(a: npt.NDArray[np.object_], b: npt.NDArray[np.object_]) -> Truth:
    """«Jean» and «Jean-Pierre», «J.» and «Jeanne», «Durand» and «Durand-Morel»."""

    def part(one: str, other: str) -> bool:
        if len(one) == 1 or len(other) == 1:
            return one[:1] == other[:1]
        mine, yours = set(one.split()), set(other.split())
        return mine <= yours or yours <= mine

    holds = np.zeros(len(a), dtype=bool)
    for row in np.nonzero((a != "") & (b != "") & (a != b))[0]:
        holds[row] = part(a[row], b[row])
    return holds


def _rarity(a: pl.DataFrame, b: pl.DataFrame, name: str, most: float) -> Bits:
    """Bits that an agreement is worth: of the more common of the two, so that a slip does not make a name rare."""
    share = np.maximum(a[f"{name}_share"].to_numpy(), b[f"{name}_share"].to_numpy())
    bits: Bits = np.clip(np.log2(0.9 / np.maximum(share, 1e-9)), 1.0, most)
    return bits


def _shared(a: pl.DataFrame, b: pl.DataFrame, name: str) -> Truth:
    both = pl.DataFrame({"a": a[name], "b": b[name]})
    return both.select(pl.col("a").list.set_intersection("b").list.len() > 0).to_series().fill_null(False).to_numpy()


def _says_more_than_the_name(a: pl.DataFrame, b: pl.DataFrame, local: Truth) -> Truth:
    """«m.martin@» comes with the name: whoever is called so may write it. «ptitloup13@» does not."""
    more = np.zeros(len(local), dtype=bool)
    for row in np.nonzero(local)[0]:
        shared = set(a["locals"][int(row)]) & set(b["locals"][int(row)])
        names = f"{a['first'][int(row)]} {a['last'][int(row)]} {b['last'][int(row)]}".split()
        more[row] = any(len(_without(one, names)) > 2 for one in shared)
    return more


def _without(local: str, names: list[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        local = local.replace(name, "")
    return local


def _text(people: pl.DataFrame, name: str) -> npt.NDArray[np.object_]:
    return people[name].to_numpy()


def _both(a: pl.DataFrame, b: pl.DataFrame, name: str) -> Truth:
    return np.asarray((_text(a, name) != "") & (_text(b, name) != ""), dtype=bool)
