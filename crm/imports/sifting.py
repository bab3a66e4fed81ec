"""Rows that were read before told from the others, while a file is read.

A row's fingerprint is a keyed hash of what its mapped columns say: without the cell's key nothing can be read from it or tried
against it.
"""

import hashlib
import hmac
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import polars as pl
from django.conf import settings

from crm.imports.blocks import column
from tenants.context import require_tenant

PRINTS = pl.Schema({"line": pl.Int64(), "print": pl.Int64()})
# Whom a row is about, when she was changed last (microseconds since 1970), whether cleaning had a remark to make.
SAME = pl.Schema({**PRINTS, "person_id": pl.Int64(), "stamp": pl.Int64(), "remarked": pl.Boolean()})


class Sieve:
    """Tells the rows that are known from the others, while the file is read."""

    def __init__(self, columns: Sequence[int], known: pl.DataFrame | None = None, *, by: str = "print") -> None:
        """`known`: columns of SAME by what the file's rows say (`print`), or by their `line` once that is decided."""
        self.by = by
        self.known = pl.DataFrame(schema=SAME) if known is None else known
        self._people = self._lookup()
        self._columns = columns or (0,)
        purpose = f"crm.imports.fingerprints:{require_tenant().uuid}"
        key = hmac.new(settings.LASTING_KEY.encode(), purpose.encode(), hashlib.sha256).digest()
        self._keyed = blake2b(
            digest_size=8, key=key
        )  # copied for each row: the key takes longer than what the row says

    def _lookup(self) -> pl.DataFrame:
        return self.known.select(self.by, "person_id", "stamp", "remarked").unique(self.by)

    def sift(self, table: pl.DataFrame) -> pl.DataFrame:
        """Columns of SAME for a chunk's table; the last three are null where a row is not known."""
        told = table.select("line").with_columns(self._prints(table))
        return told.join(self._people, on=self.by, how="left", maintain_order="left")

    def _prints(self, table: pl.DataFrame) -> pl.Series:
        cells = [pl.col(column(number)) for number in (*self._columns, self._columns[0])]  # the first one twice
        told = table.select(pl.concat_str(cells, separator="\x1f").cast(pl.Binary)).to_series()
        prints = np.frombuffer(b"".join(map(self._print, told.to_list())), np.int64)
        return pl.Series("print", prints, dtype=pl.Int64)

    def _print(self, told: bytes) -> bytes:
        keyed = self._keyed.copy()
        keyed.update(told)
        return keyed.digest()

    def forget(self, people: pl.Series) -> None:
        self.known = self.known.filter(~pl.col("person_id").is_in(people.implode()))
        self._people = self._lookup()

    def doubtful(self, same: pl.DataFrame, told_of: pl.Series) -> pl.Series:
        """People of `same` (the rows that were left out) of whom the file says something else than the last time after all:
        another row is about them (`told_of`), or rows about one person are fewer, more or in another order."""
        if self.by == "line":
            return told_of.clear()
        several = self.known.filter(pl.col("person_id").is_duplicated())
        before, now = (
            rows.group_by("person_id", maintain_order=True).agg("print")
            for rows in (several, same.join(several, on="person_id", how="semi"))
        )
        changed = now.join(before, on=["person_id", "print"], how="anti")["person_id"]
        again = same.filter(pl.col("person_id").is_in(told_of.implode()))["person_id"]
        return pl.concat([changed, again]).unique()
