"""People who have died, as the file tells: whoever is new is not taken up, whoever is known is written to and called no more."""

import polars as pl


def without_strangers(people: pl.DataFrame) -> pl.DataFrame:
    """Of rows with their fates, those about somebody new are refused whichever of her lines says that she has died."""
    if not people["deceased"].any():
        return people.with_columns(deceased=pl.lit(value=False))
    said = pl.col("deceased").fill_null(value=False)
    of_her = said.any().over(pl.coalesce("leader", "line"))
    stranger = of_her & pl.col("person_id").is_null() & ~pl.col("refused")
    return people.with_columns(deceased=stranger | (said & ~pl.col("refused"))).with_columns(
        refused=pl.col("refused") | (pl.col("deceased") & pl.col("person_id").is_null())
    )
