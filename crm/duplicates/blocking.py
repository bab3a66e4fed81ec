"""Whom to compare with whom: only people who share something. All pairs of a million people would be half a billion thousand."""

from collections.abc import Iterator

import polars as pl

LARGEST = 40  # a telephone of a thousand people says nothing about any two of them


def candidates(people: pl.DataFrame) -> pl.DataFrame:
    """Row numbers (a, b), a < b, of everybody worth comparing, once each, in order."""
    found = [_pairs(keys, limit) for keys, limit in _keys(people)]
    if not found:
        return pl.DataFrame(schema={"a": pl.UInt32, "b": pl.UInt32})
    return pl.concat(found).unique().sort("a", "b")


def _keys(people: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, int]]:
    """One frame (row, key) a way of finding; made and dropped one after the other, so that memory stays bounded."""
    rows = people.with_row_index("row")
    first, last, birth = pl.col("first_key"), pl.col("last_key"), pl.col("birth_key")
    born, place = pl.col("born").cast(pl.Int32), pl.col("postcode")
    yield _exploded(rows, "phones"), LARGEST
    yield _exploded(rows, "mailboxes"), LARGEST
    yield _exploded(rows, "locals"), 12
    named = rows.filter((first != "") & (last != ""))
    names = (last, birth)
    yield _hashed(rows.filter(born.is_not_null()), *([born, name] for name in names)), LARGEST
    yield _hashed(rows.filter(born.is_not_null() & (first != "")), [born, first.str.slice(0, 3)]), LARGEST
    # Swapped names find each other: the two are put in order first. Who has no birth name has no second key.
    full = [pl.when(name != "").then(_in_order(first, name)).otherwise(None) for name in (last, birth)]
    date = pl.col("born").dt
    yield _hashed(named.filter(place != ""), *([place, one] for one in full)), LARGEST
    yield _hashed(named.filter(born.is_not_null()), *([date.year(), one] for one in full)), LARGEST
    yield _hashed(named.filter(born.is_not_null()), *([date.day() * 100 + date.month(), one] for one in full)), LARGEST
    housed = rows.filter((pl.col("number") != "") & (pl.col("way") != "") & (place != "") & (first != ""))
    yield _hashed(housed, [place, pl.col("number"), pl.col("way"), first.str.slice(0, 1)]), LARGEST
    # A full name that hardly anybody has.
    yield _hashed(named, *([one] for one in full)), 4


def _in_order(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return pl.concat_str([pl.min_horizontal(one, other), pl.max_horizontal(one, other)], separator=" ")


def _exploded(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    return rows.select("row", pl.col(name).alias("key")).explode("key").drop_nulls().with_columns(pl.col("key").hash())


def _hashed(rows: pl.DataFrame, *ways: list[pl.Expr]) -> pl.DataFrame:
    """Ways that lead to one key space: her name is looked for among birth names too."""
    parts = []
    for way in ways:
        filled = pl.all_horizontal((one.cast(pl.String) != "").fill_null(value=False) for one in way)
        parts.append(
            rows.filter(filled).select(
                "row", pl.struct(one.alias(str(n)) for n, one in enumerate(way)).hash().alias("key")
            )
        )
    return pl.concat(parts).unique()


def _pairs(keys: pl.DataFrame, limit: int) -> pl.DataFrame:
    size = pl.len().over("key")
    shared = keys.filter((size > 1) & (size <= limit)).sort("row")
    pairs = shared.join(shared, on="key").filter(pl.col("row") < pl.col("row_right"))
    return pairs.select(pl.col("row").alias("a"), pl.col("row_right").alias("b")).unique()
