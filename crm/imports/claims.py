"""What rows say of employers, recruiters and point persons: read with the file, and kept with each batch until everybody is there.

A file without such columns has none of it, and pays nothing.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO

import polars as pl

from crm.imports import cleaning
from crm.imports.enums import Target
from crm.imports.mapping import columns_of

TIES: Mapping[str, str] = {Target.EMPLOYER: "works", Target.RECRUITER: "recruiter", Target.POINT_PERSON: "point_person"}
LENGTH = 254  # of an e-mail; names are shorter
SAID = pl.Schema({"line": pl.Int64(), "part": pl.String(), "value": pl.String()})
# Of one person: what her first row that says something says, and what became of her in her chunk.
CLAIMS = pl.Schema(
    {
        "person_id": pl.Int64(),
        "part": pl.String(),
        "line": pl.Int64(),
        "values": pl.List(pl.String()),
        "outcome": pl.String(),
    }
)


def claim_columns(mapping: Mapping[str, str]) -> dict[str, list[int]]:
    """Columns of the file by what they tell; empty for most files."""
    found = {target.value: columns_of(mapping, target) for target in map(Target, TIES)}
    return {part: numbers for part, numbers in found.items() if numbers}


def read_claims(table: pl.DataFrame, columns: Mapping[str, Sequence[int]]) -> pl.DataFrame:
    """Columns of SAID, in the order of the columns, of a chunk's rows as they stand in the file."""
    told = [
        table.select(
            "line", part=pl.lit(part), value=cleaning.one_line(cleaning.cells(table[f"c{number}"]), LENGTH)
        ).drop_nulls("value")
        for part, numbers in columns.items()
        for number in numbers
    ]
    return pl.concat([pl.DataFrame(schema=SAID), *told])


def claims_of(said: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """By person. `lines`: of crm.imports.writing.Written."""
    if said.is_empty():
        return pl.DataFrame(schema=CLAIMS)
    people = lines.filter(pl.col("leader").is_null() & pl.col("person_id").is_not_null())
    first = pl.coalesce("leader", "line")
    theirs = lines.select("line", first=first).join(
        people.select("person_id", "outcome", first="line"), on="first", how="inner"
    )
    rows = said.join(theirs, on="line", how="inner", maintain_order="left").sort("line", maintain_order=True)
    told = rows.group_by("person_id", "part", maintain_order=True).agg(
        pl.col("line").first(),
        pl.col("value").filter(pl.col("line") == pl.col("line").first()).alias("values"),
        pl.col("outcome").first(),
    )
    return told.select(pl.col(name).cast(kind) for name, kind in CLAIMS.items())


def packed(claims: pl.DataFrame) -> bytes | None:
    if claims.is_empty():
        return None
    stream = BytesIO()
    claims.write_ipc(stream, compression="zstd")
    return stream.getvalue()


def unpacked(stored: bytes) -> pl.DataFrame:
    return pl.read_ipc(BytesIO(stored))
