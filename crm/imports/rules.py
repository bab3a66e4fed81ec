"""What a column does to people who are known: keep, fill in, add or replace; the file's own rule where nothing is chosen."""

from collections.abc import Iterator, Mapping

from crm.imports.customs import FIELD, NEW
from crm.imports.enums import ColumnRule, ExistingPolicy, Target

# An address is one thing, and so are all e-mails: their columns share a rule.
PARTS: Mapping[str, tuple[str, ...]] = {
    Target.LAST_NAME: ("last_name",),
    Target.FIRST_NAME: ("first_name",),
    Target.FULL_NAME: ("first_name", "last_name"),
    Target.BIRTH_NAME: ("birth_name",),
    Target.BIRTH_DATE: ("birth_date",),
    Target.GENDER: ("gender",),
    Target.OCCUPATION: ("occupation",),
    Target.LANGUAGE: ("language",),
    Target.SUPPORT_LEVEL: ("support_level",),
    Target.RELATIONSHIP: ("closeness",),
    Target.EMAIL: ("emails",),
    Target.PHONE: ("phones",),
    Target.STREET: ("place",),
    Target.POSTCODE: ("place",),
    Target.CITY: ("place",),
    Target.COUNTRY: ("place",),
    Target.TAGS: ("tags",),
    Target.TAG_IF_YES: ("tags",),
    Target.NOTE: ("notes",),
    Target.EMPLOYER: ("employer",),
    Target.WEBSITE: ("website",),
    Target.RECRUITER: ("recruiter",),
    Target.POINT_PERSON: ("point_person",),
}
SINGLE = (
    "last_name",
    "first_name",
    "birth_name",
    "birth_date",
    "gender",
    "occupation",
    "language",
    "support_level",
    "place",
    "closeness",
    "employer",
    "recruiter",
    "point_person",
    "website",
)
LISTS = ("emails", "phones", "tags", "notes")
ONE = frozenset({ColumnRule.KEEP, ColumnRule.FILL, ColumnRule.REPLACE})
# Notes are somebody's work: a file adds to them and never takes them away.
MANY = frozenset({ColumnRule.KEEP, ColumnRule.FILL, ColumnRule.ADD})


def parts_of(target: str) -> tuple[str, ...]:
    """What a column's rule is about; nothing where the law or the database leaves no choice (agreements, numbers)."""
    if target.startswith((FIELD, NEW)):
        return (target,)
    return PARTS.get(target, ())


def rules_for_target(target: str, *, several: bool = False) -> frozenset[ColumnRule]:
    """`several`: a field of the campaign's own that holds several choices."""
    parts = parts_of(target)
    if not parts:
        return frozenset()
    if parts[0] in ("emails", "phones", "tags"):
        return MANY | {ColumnRule.REPLACE}
    if parts[0] in ("closeness", "language"):  # never empty
        return ONE - {ColumnRule.FILL}
    if parts[0] == "notes":
        return MANY
    several = several or parts[0] == "employer"
    return ONE | ({ColumnRule.ADD} if several else set())


def chosen_rules(mapping: Mapping[str, str], rules: Mapping[str, str]) -> dict[str, str]:
    """By parts, those that were chosen beside a column."""
    return {part: rule for number, rule in rules.items() if rule for part in parts_of(mapping.get(number, ""))}


def all_rules(mapping: Mapping[str, str], rules: Mapping[str, str], existing: str) -> dict[str, str]:
    chosen = chosen_rules(mapping, rules)
    return {part: chosen.get(part) or _default(part, existing) for part in (*SINGLE, *LISTS, *_fields(mapping))}


def _fields(mapping: Mapping[str, str]) -> Iterator[str]:
    return (target for target in mapping.values() if target.startswith(FIELD))


def _default(part: str, existing: str) -> str:
    if part in ("tags", "notes") or (part in LISTS and existing != ExistingPolicy.REPLACE):
        return ColumnRule.ADD
    return ColumnRule.REPLACE if existing == ExistingPolicy.REPLACE else ColumnRule.FILL
