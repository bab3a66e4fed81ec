"""Which rows of a file are about one person, told from the whole file: what comes out does not depend on how it is cut.

An external number, an e-mail, or a phone with the same name tell that two rows are one. Name with birth date or street do so
only for a row without e-mail, as when it is looked up among the people that are known.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

import polars as pl

from crm.imports.ahead import made_ahead
from crm.imports.cleaning import by_value, through

PARTS = 16  # keys are compared a sixteenth at a time, some side by side: a million rows have some four million
# Of the letters that most languages of Europe write with a sign, the letter alone.
BARE = {letter: bare for letter in map(chr, range(0xE0, 0x180)) if (bare := normalize("NFD", letter)[0]) != letter}


@dataclass(slots=True)
class Identities:
    """Keys as numbers of 64 bits: some 13 bytes a key, whatever the names; 8 bytes a birthday."""

    _frames: list[pl.DataFrame] = field(default_factory=list)
    _births: list[pl.DataFrame] = field(default_factory=list)

    def add(self, people: pl.DataFrame) -> None:
        rows = people.with_columns(name=_names(people), asks=pl.col("emails").list.len().fill_null(0) == 0)
        emails = rows.select("line", email="emails").explode("email", empty_as_null=False, keep_nulls=False)
        always, shared = pl.lit(value=True), pl.lit(value=True).alias("shared")
        keys = [
            rows.select("line", asks=always, shared=~shared, key=_key("id", "external_id")),
            emails.select("line", asks=always, shared=~shared, key=_key("@", _folded(emails["email"]))),
            rows.select(
                "line", shared, asks=always, key=_key("tel", pl.col("phones").list.get(0, null_on_oob=True), "name")
            ),
            rows.select("line", "asks", shared=~shared, key=_key("born", pl.col("birth_date").to_physical(), "name")),
            rows.select(
                "line", "asks", shared, key=_key("lives", "postcode", pl.col("street").str.to_lowercase(), "name")
            ),
        ]
        told = pl.concat([frame.select("line", "asks", "shared", "key") for frame in keys]).drop_nulls("key")
        self._frames.append(told.with_columns(pl.col("line").cast(pl.UInt32), key=pl.col("key").hash()))
        self._births.append(rows.select(pl.col("line").cast(pl.UInt32), born="birth_date").drop_nulls())

    def leaders(self) -> pl.DataFrame:
        """`line` and `leader`, the first line about the same person, for each line that is not the first."""
        first = pl.concat(made_ahead(self._parents, iter(range(PARTS)))).group_by("line").agg(pl.col("leader").min())
        leaders = list(_roots(first.iter_rows()).items())
        return pl.DataFrame(leaders, schema={"line": pl.Int64, "leader": pl.Int64}, orient="row")

    def _parents(self, part: int) -> pl.DataFrame:
        empty = pl.DataFrame(schema={"line": pl.UInt32, "asks": pl.Boolean, "shared": pl.Boolean, "key": pl.UInt64})
        keys = pl.concat([empty, *(frame.filter(pl.col("key") % PARTS == part) for frame in self._frames)])
        repeated = self._by_birth(keys.filter(pl.col("key").is_duplicated()))
        first = repeated.group_by("key", "born").agg(leader=pl.col("line").min())
        asked = repeated.filter("asks").join(first, on=["key", "born"], nulls_equal=True)
        return asked.filter(pl.col("leader") < pl.col("line")).select("line", "leader")

    def _by_birth(self, repeated: pl.DataFrame) -> pl.DataFrame:
        """With `born`, where what they have in common may be a household's and is of people born on several days."""
        lines = repeated.filter("shared").select("line").unique()
        births = pl.concat([pl.DataFrame(schema={"line": pl.UInt32, "born": pl.Date}), *self._births])
        told = births.join(lines, on="line", how="semi")
        several = pl.col("born").drop_nulls().n_unique().over("key") > 1
        return repeated.join(told, on="line", how="left").with_columns(
            born=pl.when(pl.col("shared") & several).then("born")
        )


def _names(people: pl.DataFrame) -> pl.Series:
    parts = [pl.col(name).fill_null("") for name in ("first_name", "last_name")]
    names = by_value(people.select(pl.concat_str(parts, separator=" ")).to_series(), _folded)
    return names.set(names == " ", None)


def _folded(text: pl.Series) -> pl.Series:
    text = through(text, pl.col("value").str.to_lowercase().str.replace_many(BARE))
    rare = text.str.len_bytes() != text.str.len_chars()
    if not rare.any():  # taking apart is for these alone
        return text
    bare = text.set(~rare, None).str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    return bare.fill_null(text)


def _key(kind: str, *parts: pl.Expr | pl.Series | str) -> pl.Expr:
    """Null where one of the parts is."""
    return pl.concat_str([pl.lit(kind), *parts], separator=":")


def _roots(parents: Iterable[tuple[Any, ...]]) -> dict[int, int]:
    roots: dict[int, int] = {}
    for line, parent in sorted(parents):
        roots[line] = roots.get(parent, parent)
    return roots
