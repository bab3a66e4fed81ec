"""Rows that are organisations, which other tools keep among people: they go where organisations are, and are nobody here."""

import polars as pl
from django.db import connection

from crm.imports import cleaning
from crm.imports.merging import MergeRules
from crm.relations.bulk import add_organisations

ORGANISATIONS = pl.Schema(
    {
        "line": pl.Int64(),
        "name": pl.String(),
        **dict.fromkeys(("email", "phone", "street", "postcode", "city", "note"), pl.String()),
    }
)
WORDS = ("organization", "organisation", "organisme", "association", "company", "entreprise", "société")
NAME_LENGTH = 200


def parted(
    people: pl.DataFrame, said: pl.Series | None, names: pl.Series | None
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """People; organisations (columns of ORGANISATIONS); those without a name, as a report has them. `said`: what the file's column says."""
    nameless = pl.DataFrame(schema={"line": pl.Int64, "kind": pl.String, "column": pl.String, "value": pl.String})
    if said is None:
        return people, pl.DataFrame(schema=ORGANISATIONS), nameless
    is_one = cleaning.by_value(said, _is_organisation)
    if not is_one.any():
        return people, pl.DataFrame(schema=ORGANISATIONS), nameless
    told = people.with_columns(called=pl.lit(None, dtype=pl.String) if names is None else cleaning.one_line(names))
    ones = told.filter(is_one).with_columns(
        name=pl.coalesce("called", _full_name()).str.slice(0, NAME_LENGTH),
        email=pl.col("emails").list.first(),
        phone=pl.col("phones").list.first(),
    )
    found = ones.select(ORGANISATIONS.names())
    without = found.filter(pl.col("name").is_null())
    nameless = without.select("line", kind=pl.lit("organisation_nameless"), column=pl.lit(""), value=pl.col("email"))
    return people.filter(~is_one), found.drop_nulls("name"), nameless


def _full_name() -> pl.Expr:
    name = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)
    return pl.when(name != "").then(name)


def _is_organisation(said: pl.Series) -> pl.Series:
    named = said.str.to_lowercase().is_in(WORDS)
    return cleaning.yes_or_no(said).fill_null(named).fill_null(value=False)


def write_organisations(organisations: pl.DataFrame, rules: MergeRules) -> None:
    """In the caller's transaction. Safe to repeat: what is known by its name and place is left as it is."""
    with connection.cursor() as cursor:
        add_organisations(cursor, organisations, source=rules.source, now=rules.now)
