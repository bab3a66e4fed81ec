"""What is told about a person: plain facts on their way to `capture`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm.consent.entries import ConsentGiven


@dataclass(frozen=True, slots=True)
class ContactData:
    """Everything is optional; empty means not told."""

    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    gender: str = ""
    occupation: str = ""
    language: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    commune_code: str = ""
    country: str = "FR"
    support_level: int | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    external_id: str = ""
    birth_name: str = ""
    relationship: str = ""
    custom: Mapping[str, Any] = field(
        default_factory=dict
    )  # by the keys of the campaign's own fields, typed or as written


@dataclass(frozen=True, slots=True)
class CaptureWarning:
    """A datum that could not be kept as told. It is not lost: the activity keeps it under "unread"."""

    field: str
    value: str
    code: str


@dataclass(frozen=True, slots=True)
class Captured:
    person_id: int
    created: bool
    activity_id: int | None
    warnings: tuple[CaptureWarning, ...] = ()
    held: tuple[ConsentGiven, ...] = ()  # not recorded: they go against a refusal
