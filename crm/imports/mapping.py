"""Which column is what: by its name when the name tells, by its values otherwise, by hand in the end."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crm.fields import names
from crm.fields.services import MOST_FIELDS
from crm.imports.cleaning import NO, YES
from crm.imports.customs import NEW, field_name, guess_kind, is_nameable, kind_of_fact
from crm.imports.enums import SEVERAL_COLUMNS, Target
from crm.imports.headers import (
    ADDRESS_PARTS,
    ADDRESS_PREFIXES,
    BY_NAME,
    FIRST_NAMES,
    NATIONBUILDER,
    OF_TOOLS,
    PAYER,
    WEBSITES,
    WHEN_YES_OR_NO,
    WHOSE,
    fold,
    squeeze,
)
from crm.imports.nationbuilder import fact_of, is_export

FORBIDDEN = frozenset(map(squeeze, names.FORBIDDEN))
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
PHONE = re.compile(r"'?(?:\+|00)?\d(?:[ .\-()/]?\d){8,13}")
DATE = re.compile(r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d\d|(?:19|20)\d\d-\d\d-\d\d)(?:[T ].*)?")
POSTCODE = re.compile(r"\d{5}")
WORDS = re.compile(r"[^\W\d_][^\d@<>=/]{0,60}")


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    number: int
    name: str
    target: Target
    confidence: str  # name | values | fact | doubtful | none | of_tool | forbidden | repeated
    examples: tuple[str, ...] = ()
    filled: int = 0
    own: str = ""  # "field:3": the campaign's own field of this name; "new:number": a field to be made, which the tool it comes from had
    kind: str = ""  # of field that could be made from it, by its values


def guess_mapping(
    columns: Sequence[str],
    sample: Sequence[Sequence[str]],
    fields: Mapping[str, str] | None = None,
    room: int = MOST_FIELDS,
) -> list[ColumnGuess]:
    """One guess per column, in order. No two columns go to a place that holds one value.

    `fields`: targets by folded names, "" where the field is archived; `room`: for so many new ones.
    """
    values = [[row[number].strip() for row in sample if row[number].strip()] for number in range(len(columns))]
    prefix = _address_prefix(columns, values)
    guesses = [_guess_by_name(number, name, values[number], prefix) for number, name in enumerate(columns)]
    guesses = _with_websites(_with_own_fields(_one_name(_without_payer(guesses)), columns, fields or {}))
    taken = {guess.target for guess in guesses if guess.target}
    for guess in guesses:
        if guess.confidence == "none" and values[guess.number]:
            target = _guess_by_values(values[guess.number], taken)
            if target:
                guesses[guess.number] = replace(guess, target=target, confidence="values")
                taken.add(target)
    guesses = _guess_names_and_town(_without_repeats(guesses), values)
    return _with_new_fields(_guess_kinds(guesses, columns, values), columns, fields or {}, room)


def _with_own_fields(
    guesses: list[ColumnGuess], columns: Sequence[str], fields: Mapping[str, str]
) -> list[ColumnGuess]:
    """The campaign's own field of the same name, where none of ours has it."""
    free, found = dict(fields), []
    for guess in guesses:
        own = ""
        if guess.confidence == "none":
            fact = fact_of(guess.number, columns)
            called = [names.fold(re.sub(r" \(\d+\)$", "", guess.name)), *(fact.names() if fact else ())]
            own = next((free.pop(name) for name in called if free.get(name)), "")
        found.append(replace(guess, own=own, confidence="name") if own else guess)
    return found


def _with_websites(guesses: list[ColumnGuess]) -> list[ColumnGuess]:
    """Of organisations, where some lines are such: a campaign that has a field for people's goes before."""
    if not any(guess.target == Target.ORGANISATION for guess in guesses):
        return guesses
    return [
        replace(guess, target=Target.WEBSITE, confidence="name")
        if guess.confidence == "none" and squeeze(fold(guess.name)) in WEBSITES
        else guess
        for guess in guesses
    ]


def _guess_kinds(
    guesses: list[ColumnGuess], columns: Sequence[str], values: Sequence[Sequence[str]]
) -> list[ColumnGuess]:
    """What field could be made from the columns that are left."""
    found = []
    for guess in guesses:
        if guess.confidence == "none" and guess.filled and is_nameable(guess.name):
            fact = fact_of(guess.number, columns)
            kind = kind_of_fact(fact, values[guess.number]) if fact else guess_kind(values[guess.number])
            guess = replace(guess, kind=kind.value)  # noqa: PLW2901 -- the same column, better known
        found.append(guess)
    return found


def _with_new_fields(
    guesses: list[ColumnGuess], columns: Sequence[str], fields: Mapping[str, str], room: int
) -> list[ColumnGuess]:
    """NationBuilder's facts, and the campaign's own columns, which stand behind all others; these go first where there is little room.

    A name that a field has already, perhaps an archived one, is left to whoever looks at the columns.
    """
    theirs, taken = _first_of_nationbuilders_own(guesses), set(fields)
    found = list(guesses)
    for guess in sorted(guesses, key=lambda guess: guess.number < theirs):
        is_fact = fact_of(guess.number, columns) is not None
        called = names.fold(field_name(guess.number, columns))[:80]
        if guess.kind and (is_fact or guess.number >= theirs) and called not in taken and room > 0:
            found[guess.number] = replace(guess, own=f"{NEW}{guess.kind}", confidence="fact" if is_fact else "values")
            taken.add(called)
            room -= 1
    return found


def _first_of_nationbuilders_own(guesses: list[ColumnGuess]) -> int:
    if not is_export([guess.name for guess in guesses]):
        return len(guesses)
    standard = [guess.number for guess in guesses if guess.target or NATIONBUILDER.match(fold(guess.name))]
    return max(standard) + 1


def _guess_by_name(number: int, name: str, values: list[str], prefix: str) -> ColumnGuess:
    folded = fold(re.sub(r" \(\d+\)$", "", name))
    guess = ColumnGuess(
        number, name, Target.IGNORE, "none", tuple(dict.fromkeys(value[:80] for value in values))[:3], len(values)
    )
    if squeeze(folded) in FORBIDDEN:
        return replace(guess, confidence="forbidden")
    if squeeze(folded) in OF_TOOLS:
        return replace(guess, confidence="of_tool")
    target = _target_named(folded, prefix)
    if squeeze(folded) in WHEN_YES_OR_NO and values and all(value.lower() in (*YES, *NO) for value in values):
        target = WHEN_YES_OR_NO[squeeze(folded)]
    if not target:
        return guess
    return replace(guess, target=target, confidence="doubtful" if _contradicts(target, values) else "name")


def _target_named(folded: str, prefix: str) -> Target:
    for candidate in ADDRESS_PREFIXES:
        part = ADDRESS_PARTS.get(folded.removeprefix(f"{candidate} "))
        if part and folded.startswith(f"{candidate} "):
            return part if candidate == prefix else Target.IGNORE
    of_whom = re.sub(PAYER, "", re.sub(WHOSE, "", folded))
    return BY_NAME.get(squeeze(folded)) or BY_NAME.get(squeeze(of_whom), Target.IGNORE)


def _address_prefix(columns: Sequence[str], values: Sequence[Sequence[str]]) -> str:
    """The group of address columns that holds most, the earlier one when they are even."""
    weights = {
        prefix: sum(len(values[number]) for number, name in enumerate(columns) if fold(name).startswith(f"{prefix} "))
        for prefix in reversed(ADDRESS_PREFIXES)
    }
    best = max(weights.values())
    return next(prefix for prefix in ADDRESS_PREFIXES if weights[prefix] == best)


def _contradicts(target: Target, values: Sequence[str]) -> bool:
    expected = {Target.EMAIL: EMAIL, Target.PHONE: PHONE, Target.BIRTH_DATE: DATE, Target.JOINED_ON: DATE}.get(target)
    return bool(expected and values and _share(expected, values) < 0.2)


def _share(pattern: re.Pattern[str], values: Sequence[str]) -> float:
    return sum(bool(pattern.fullmatch(value)) for value in values) / len(values)


def _guess_by_values(values: Sequence[str], taken: Iterable[Target]) -> Target:
    candidates = [
        (Target.EMAIL, _share(EMAIL, values)),
        (
            Target.BIRTH_DATE,
            _share(DATE, values) if Target.BIRTH_DATE not in taken and _oldest_year(values) < 1990 else 0,
        ),
        (Target.POSTCODE, _share(POSTCODE, values) if Target.POSTCODE not in taken else 0),
        (Target.PHONE, _share(PHONE, values)),
        (
            Target.FIRST_NAME,
            sum(_is_first_name(value) for value in values) / len(values) * 2 if Target.FIRST_NAME not in taken else 0,
        ),
    ]
    target, share = max(candidates, key=lambda candidate: candidate[1])
    return target if share >= 0.6 else Target.IGNORE


def _is_first_name(value: str) -> bool:
    return bool(WORDS.fullmatch(value)) and fold(value).split(" ")[0] in FIRST_NAMES


def _oldest_year(values: Sequence[str]) -> int:
    return min((int(year) for value in values for year in re.findall(r"(?:19|20)\d\d", value)), default=9999)


def _without_payer(guesses: list[ColumnGuess]) -> list[ColumnGuess]:
    """Her own columns go before those of whoever paid; a name is taken as a whole."""
    own = {guess.target for guess in guesses if guess.target and not re.search(PAYER, fold(guess.name))}
    whole_name = {Target.LAST_NAME, Target.FIRST_NAME}
    own |= whole_name if own & whole_name else set()
    return [
        replace(guess, target=Target.IGNORE, confidence="repeated")
        if guess.target in own and re.search(PAYER, fold(guess.name))
        else guess
        for guess in guesses
    ]


def _one_name(guesses: list[ColumnGuess]) -> list[ColumnGuess]:
    """A full name beside a first and a last one says nothing more of people, and names organisations; alone, `Nom` may hold both."""
    targets = {guess.target for guess in guesses}
    if {Target.FIRST_NAME, Target.LAST_NAME} <= targets:
        of_others = Target.ORGANISATION in targets
        instead = Target.ORGANISATION_NAME if of_others else Target.IGNORE
        confidence = "name" if of_others else "repeated"
        return [
            replace(guess, target=instead, confidence=confidence) if guess.target == Target.FULL_NAME else guess
            for guess in guesses
        ]
    return guesses


def _without_repeats(guesses: list[ColumnGuess]) -> list[ColumnGuess]:
    """Where only one column can go, the fullest goes, the first one when they are even."""
    winners: dict[Target, ColumnGuess] = {}
    for guess in guesses:
        if guess.target not in winners or guess.filled > winners[guess.target].filled:
            winners[guess.target] = guess
    return [
        guess
        if not guess.target or guess.target in SEVERAL_COLUMNS or winners[guess.target] is guess
        else replace(guess, target=Target.IGNORE, confidence="repeated")
        for guess in guesses
    ]


def _guess_names_and_town(guesses: list[ColumnGuess], values: Sequence[Sequence[str]]) -> list[ColumnGuess]:
    """Without a header: words beside a first name are a last name, words after a postcode are a town."""
    guesses = list(guesses)
    by_target = {guess.target: guess for guess in guesses if guess.target}
    for anchor, target, steps in (
        (Target.FIRST_NAME, Target.LAST_NAME, (1, -1)),
        (Target.POSTCODE, Target.CITY, (1, -1)),
    ):
        if anchor not in by_target or target in by_target or by_target[anchor].confidence != "values":
            continue
        for step in steps:
            number = by_target[anchor].number + step
            if (
                0 <= number < len(guesses)
                and guesses[number].confidence == "none"
                and values[number]
                and _share(WORDS, values[number]) >= 0.6
            ):
                guesses[number] = by_target[target] = replace(guesses[number], target=target, confidence="values")
                break
    return guesses


def as_mapping(guesses: Iterable[ColumnGuess]) -> dict[str, str]:
    """What is stored: number of the column as text (JSON), and where it goes; columns that are left out are absent."""
    found = {str(guess.number): guess.target.value or guess.own for guess in guesses}
    return {number: target for number, target in found.items() if target}


def columns_of(mapping: Mapping[str, str], target: Target) -> list[int]:
    return sorted(int(number) for number, chosen in mapping.items() if chosen == target)
