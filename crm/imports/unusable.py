"""Rows that cannot be people."""

import polars as pl

from crm.imports import cleaning


def unusable_rows(people: pl.DataFrame) -> pl.DataFrame:
    """`line`, `kind`, `column` and `value` of a report."""
    reachable = (pl.col("emails").list.len().fill_null(0) > 0) | (pl.col("phones").list.len().fill_null(0) > 0)
    named = pl.col("last_name").is_not_null() | pl.col("first_name").is_not_null()
    placed = named & pl.col("street").is_not_null() & (pl.col("postcode").is_not_null() | pl.col("city").is_not_null())
    known = named & pl.col("external_id").is_not_null()
    two = pl.col("first_name").str.contains(cleaning.TWO_PEOPLE).fill_null(value=False)
    kind = pl.when(two).then(pl.lit("two_people")).when(~(reachable | placed | known)).then(pl.lit("no_contact"))
    shown = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)
    return people.select("line", kind=kind, column=pl.lit(""), value=shown).filter(pl.col("kind").is_not_null())
