"""Which rows of a file are about one person, told from the whole file: what comes out does not depend on how it is cut.

An external number, an e-mail, or a phone with the same name tell that two rows are one. Name with birth date or street do so
only for a row without e-mail, as when it is looked up among the people that are known.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

PARTS = 8  # keys are compared an eighth at a time: a million rows have some four million


@dataclass(slots=True)
class Identities:
    """Keys as numbers of 64 bits: some 13 bytes a key, whatever the names."""

    _frames: list[pl.DataFrame] = field(default_factory=list)

    def add(self, people: pl.DataFrame) -> None:
        weak = pl.col("emails").list.len().fill_null(0) == 0
        named = people.with_columns(name=_name_key())
        rows = named.select("line", strong=_strong_keys(), weak=_weak_keys(), asks=weak)
        keys = pl.concat(
            [
                rows.select("line", asks=pl.lit(value=True), key="strong").explode("key"),
                rows.select("line", "asks", key="weak").explode("key"),
            ]
        ).drop_nulls("key")
        self._frames.append(keys.select(pl.col("line").cast(pl.UInt32), "asks", pl.col("key").hash()))

    def leaders(self) -> pl.DataFrame:
        """`line` and `leader`, the first line about the same person, for each line that is not the first."""
        parents = [self._parents(part) for part in range(PARTS)]
        first = pl.concat(parents).group_by("line").agg(pl.col("leader").min())
        leaders = list(_roots(first.iter_rows()).items())
        return pl.DataFrame(leaders, schema={"line": pl.Int64, "leader": pl.Int64}, orient="row")

    def _parents(self, part: int) -> pl.DataFrame:
        empty = pl.DataFrame(schema={"line": pl.UInt32, "asks": pl.Boolean, "key": pl.UInt64})
        keys = pl.concat([empty, *(frame.filter(pl.col("key") % PARTS == part) for frame in self._frames)])
        shared = keys.filter(pl.col("key").is_duplicated())
        first = shared.group_by("key").agg(leader=pl.col("line").min())
        asked = shared.filter("asks").join(first, on="key").filter(pl.col("leader") < pl.col("line"))
        return asked.select("line", "leader")


def _name_key() -> pl.Expr:
    name = pl.concat_str(pl.col("first_name").fill_null(""), pl.col("last_name").fill_null(""), separator=" ")
    folded = _folded(name)
    return pl.when(folded != " ").then(folded)


def _folded(text: pl.Expr) -> pl.Expr:
    return text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()


def _strong_keys() -> pl.Expr:
    ids = pl.concat_list(pl.lit("id:") + pl.col("external_id"))
    emails = pl.col("emails").fill_null([]).list.eval(pl.lit("@") + _folded(pl.element()))
    phones = pl.concat_list(
        pl.lit("tel:") + pl.col("phones").list.get(0, null_on_oob=True) + pl.lit(":") + pl.col("name")
    )
    return pl.concat_list(ids, emails, phones)


def _weak_keys() -> pl.Expr:
    name = pl.col("name")
    born = pl.lit("born:") + pl.col("birth_date").cast(pl.String) + pl.lit(":") + name
    lives = (
        pl.lit("lives:") + pl.col("postcode") + pl.lit(":") + pl.col("street").str.to_lowercase() + pl.lit(":") + name
    )
    return pl.concat_list(born, lives)


def _roots(parents: Iterable[tuple[Any, ...]]) -> dict[int, int]:
    roots: dict[int, int] = {}
    for line, parent in sorted(parents):
        roots[line] = roots.get(parent, parent)
    return roots
