"""Numbers that asked to be left alone: a line about somebody else at the same telephone comes without them."""

import polars as pl

from crm.imports.staging import LIST_SEPARATOR


def without_numbers(people: pl.DataFrame) -> pl.DataFrame:
    """Of rows with their fates."""
    asked = people.filter(pl.col("left_alone").is_not_null())
    if asked.is_empty():
        return people
    listed = asked.select("line", "phones", alone=pl.col("left_alone").str.split(LIST_SEPARATOR)).explode("phones")
    others = listed.filter(~pl.col("alone").list.contains(pl.col("phones")))
    kept = others.group_by("line", maintain_order=True).agg(kept="phones")
    numbers = pl.when(pl.col("left_alone").is_null()).then("phones").otherwise(pl.col("kept").fill_null([]))
    return people.join(kept, on="line", how="left", maintain_order="left").with_columns(phones=numbers).drop("kept")
