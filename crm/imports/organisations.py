"""Rows that are organisations, which other tools keep among people: they go where organisations are, and are nobody here."""

from dataclasses import dataclass, field

import polars as pl

from crm.imports import cleaning
from crm.relations.bringing import TEXTS
from crm.relations.identifiers import normalize_website

ORGANISATIONS = pl.Schema(
    {
        "line": pl.Int64(),
        "name": pl.String(),
        **dict.fromkeys(TEXTS, pl.String()),
        "tags": pl.List(pl.String()),
    }
)
WORDS = ("organization", "organisation", "organisme", "association", "company", "entreprise", "société")
NAME_LENGTH = 200
NOTHING_TOLD = {"line": pl.Int64, "kind": pl.String, "column": pl.String, "value": pl.String}


@dataclass(frozen=True, slots=True)
class Said:
    """What the file's columns say of all its rows: which are organisations, what they are called, where their websites are."""

    is_one: pl.Series
    names: pl.Series | None = None
    websites: pl.Series | None = None


@dataclass(frozen=True, slots=True)
class Parted:
    people: pl.DataFrame
    organisations: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ORGANISATIONS))
    nameless: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=NOTHING_TOLD))  # as a report has them
    unlinkable: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=NOTHING_TOLD))  # line, value


def parted(people: pl.DataFrame, said: Said | None) -> Parted:
    if said is None:
        return Parted(people)
    is_one = cleaning.by_value(said.is_one, _is_organisation)
    if not is_one.any():
        return Parted(people)
    told = people.with_columns(
        called=pl.lit(None, dtype=pl.String) if said.names is None else cleaning.one_line(said.names),
        typed=pl.lit(None, dtype=pl.String) if said.websites is None else said.websites,
    )
    ones = told.filter(is_one).with_columns(
        name=pl.coalesce("called", _full_name()).str.slice(0, NAME_LENGTH),
        email=pl.col("emails").list.first(),
        phone=pl.col("phones").list.first(),
        website=pl.col("typed").map_elements(normalize_website, return_dtype=pl.String),
    )
    found = ones.select(ORGANISATIONS.names())
    without = found.filter(pl.col("name").is_null())
    nameless = without.select("line", kind=pl.lit("organisation_nameless"), column=pl.lit(""), value=pl.col("email"))
    unlinkable = ones.filter(pl.col("typed").is_not_null() & pl.col("website").is_null())
    return Parted(
        people.filter(~is_one), found.drop_nulls("name"), nameless, unlinkable.select("line", value=pl.col("typed"))
    )


def _full_name() -> pl.Expr:
    name = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)
    return pl.when(name != "").then(name)


def _is_organisation(said: pl.Series) -> pl.Series:
    named = said.str.to_lowercase().is_in(WORDS)
    return cleaning.yes_or_no(said).fill_null(named).fill_null(value=False)
