"""Settings from the environment, strict on values. A secret may come from a file: NAME_FILE."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

BOOLEANS: Mapping[str, bool] = {"true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True)
class Variable:
    """One that was read, as the console may show it: a secret’s value is never kept here."""

    name: str
    value: str
    is_set: bool
    is_secret: bool = False


_read: dict[str, Variable] = {}


def read_variables() -> tuple[Variable, ...]:
    return tuple(_read.values())


def _note(name: str, default: str) -> None:
    _read[name] = Variable(name, os.environ.get(name, default), is_set=name in os.environ)


def env_str(name: str, default: str = "") -> str:
    _note(name, default)
    return os.environ.get(name, default)


def env_bool(name: str, *, default: bool) -> bool:
    _note(name, str(default).lower())
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() not in BOOLEANS:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")
    return BOOLEANS[value.lower()]


def env_int(name: str, default: int) -> int:
    _note(name, str(default))
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from error


def env_list(name: str, default: str = "") -> list[str]:
    _note(name, default)
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    _note(name, default)
    value = os.environ.get(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def env_secret(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file named by NAME_FILE, which must then exist."""
    path = os.environ.get(f"{name}_FILE")
    _read[name] = Variable(name, "", is_set=bool(path or os.environ.get(name)), is_secret=True)
    if not path:
        return os.environ.get(name, default)
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read") from error


def env_database(name: str, default: str) -> dict[str, str]:
    """The parts of a PostgreSQL address as Django's DATABASES wants them (NAME, USER, PASSWORD, HOST, PORT)."""
    try:
        parts = conninfo_to_dict(env_secret(name, default))
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"{name} is not a PostgreSQL address") from error
    return {
        key: str(parts.get(part) or "")
        for key, part in (
            ("NAME", "dbname"),
            ("USER", "user"),
            ("PASSWORD", "password"),
            ("HOST", "host"),
            ("PORT", "port"),
        )
    }
