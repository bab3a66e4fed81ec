"""A file's clean rows on the local disk, chunk by chunk, between the two readings: memory depends on the chunk only."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import polars as pl

from crm.imports.ahead import made_ahead
from crm.imports.blocks import column
from crm.imports.chunks import Chunk
from crm.imports.claims import SAID, read_claims
from crm.imports.enums import IssueLevel
from crm.imports.normalizing import Normalized
from crm.imports.organisations import ORGANISATIONS
from crm.imports.sifting import SAME
from shared.scratch import scratch

ISSUES = pl.Schema(
    {
        "line": pl.Int64(),
        "level": pl.String(),
        "kind": pl.String(),
        "column": pl.String(),
        "value": pl.String(),
        "cells": pl.List(pl.String()),
    }
)

MOVED_AT_ONCE = 20_000  # rows


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows that were taken from their own chunks to another."""

    path: Path
    offset: int
    rows: int

    def people(self) -> pl.DataFrame:
        return pl.scan_ipc(self.path).slice(self.offset, self.rows).collect()


@dataclass(slots=True)
class Spool:
    folder: Path
    again: Callable[[], Iterable[Chunk]] | None = None  # reads the same chunks: few files have anybody to set aside
    ties: Mapping[str, Sequence[int]] = field(default_factory=dict)  # columns: see crm.imports.claims
    first_lines: list[int] = field(default_factory=list)  # of each chunk
    rows: list[int] = field(default_factory=list)  # of the file, in each chunk
    _moved: dict[int, list[Moved]] = field(default_factory=dict)
    _left: dict[int, pl.DataFrame] = field(default_factory=dict)  # `line` of the rows that were moved to other chunks
    _has_cells: bool = False
    _cells_lock: Lock = field(default_factory=Lock)  # several chunks are written side by side

    @property
    def numbers(self) -> range:
        return range(len(self.rows))

    def add(self, chunk: Chunk, people: pl.DataFrame, clean: Normalized) -> None:
        """Keep a chunk's people, and what is already known to be told about its lines."""
        number = len(self.rows)
        self.rows.append(chunk.end - chunk.start)
        self.first_lines.append(chunk.first_line)
        people.write_ipc(self._path("people", number), compression="lz4")
        _issues_of(chunk, clean).write_ipc(self._path("issues", number), compression="lz4")
        chunk.same.write_ipc(self._path("same", number), compression="lz4")
        if self.ties:
            read_claims(chunk.table, self.ties).write_ipc(self._path("said", number), compression="lz4")
        if clean.organisations.height:
            clean.organisations.write_ipc(self._path("organisations", number), compression="lz4")

    def people(self, number: int) -> pl.DataFrame:
        """The chunk's own rows, then those of later chunks that were moved here."""
        own = pl.read_ipc(self._path("people", number))
        if number in self._left:
            own = own.join(self._left[number], on="line", how="anti", maintain_order="left")
        return pl.concat([own, *(moved.people() for moved in self._moved.get(number, ()))])

    def issues(self, number: int) -> pl.DataFrame:
        return pl.read_ipc(self._path("issues", number))

    def same(self, number: int) -> pl.DataFrame:
        """Rows that need not be looked at: see crm.imports.sifting."""
        return pl.read_ipc(self._path("same", number))

    def all_same(self) -> pl.DataFrame:
        return pl.concat([pl.DataFrame(schema=SAME), *map(self.same, self.numbers)])

    def cells(self, lines: pl.DataFrame) -> pl.DataFrame:
        """`line` and `cells`, as they stood in the file, of these lines; the cells are null where it cannot be read `again`."""
        found = [pl.DataFrame(schema={"line": pl.Int64, "cells": pl.List(pl.String)})]
        if self.again and not lines.is_empty():
            with self._cells_lock:
                self._keep_cells(self.again)
            for number in self.chunks_of(lines["line"]).unique():
                rows = pl.read_ipc(self._path("cells", number)).join(lines, on="line", how="semi")
                found.append(_with_cells(rows))  # few: lists of cells take their time
        return lines.select("line").join(pl.concat(found), on="line", how="left")

    def _keep_cells(self, again: Callable[[], Iterable[Chunk]]) -> None:
        if self._has_cells:
            return
        for number, chunk in enumerate(again()):
            chunk.table.write_ipc(self._path("cells", number), compression="lz4")
        self._has_cells = True

    def organisations(self, number: int) -> pl.DataFrame:
        """The chunk's rows that are no people: columns of crm.imports.organisations.ORGANISATIONS."""
        path = self._path("organisations", number)
        return pl.read_ipc(path) if path.exists() else pl.DataFrame(schema=ORGANISATIONS)

    def said(self, lines: pl.DataFrame) -> pl.DataFrame:
        """What these lines say of employers, recruiters and point persons: columns of crm.imports.claims.SAID."""
        if not self.ties or lines.is_empty():
            return pl.DataFrame(schema=SAID)
        chunks = self.chunks_of(lines["line"]).unique().sort()
        said = [
            pl.read_ipc(self._path("said", number)).join(lines.select("line"), on="line", how="semi")
            for number in chunks
        ]
        return pl.concat(said)

    def chunks_of(self, lines: pl.Series) -> pl.Series:
        return pl.Series(self.first_lines[1:], dtype=pl.Int64).search_sorted(lines, side="right").cast(pl.Int64)

    def gather(self, followers: pl.DataFrame) -> None:
        """Move each follower (`line`, `leader`) to its leader's chunk, so that chunks have nothing to do with each other."""
        homes = followers.select(
            "line", home=self.chunks_of(followers["line"]), target=self.chunks_of(followers["leader"])
        ).filter(pl.col("home") != pl.col("target"))
        leaving: list[pl.DataFrame] = []
        for home, people in made_ahead(self._strangers, iter(homes.partition_by("home"))):
            leaving.append(people)
            self._left[home] = people.select("line")
            self.rows[home] -= people.height
            if sum(rows.height for rows in leaving) >= MOVED_AT_ONCE:
                self._move(pl.concat(leaving))
                leaving = []
        if leaving:
            self._move(pl.concat(leaving))

    def _strangers(self, homes: pl.DataFrame) -> tuple[int, pl.DataFrame]:
        """A chunk's number, and those of its people who belong to another one: to `target`."""
        home = homes["home"][0]
        people = pl.read_ipc(self._path("people", home))
        return home, people.join(homes.select("line", "target"), on="line", maintain_order="left")

    def _move(self, people: pl.DataFrame) -> None:
        """One file for many chunks, each with its part of it: a file for each pair of chunks would be ten thousand."""
        path = self.folder / f"moved-{sum(map(len, self._moved.values()))}"
        people = people.sort("target", maintain_order=True)
        people.drop("target").write_ipc(
            path, compression="uncompressed"
        )  # mapped: only the part that is asked for is read
        offset = 0
        for target, rows in people.group_by("target", maintain_order=True).len().iter_rows():
            self._moved.setdefault(target, []).append(Moved(path, offset, rows))
            self.rows[target] += rows
            offset += rows

    def _path(self, kind: str, number: int) -> Path:
        return self.folder / f"{kind}-{number}"


@contextmanager
def spool(
    *, again: Callable[[], Iterable[Chunk]] | None = None, ties: Mapping[str, Sequence[int]] | None = None
) -> Iterator[Spool]:
    with scratch("import") as folder:
        yield Spool(folder, again, ties or {})


def _with_cells(table: pl.DataFrame) -> pl.DataFrame:
    width = len(table.columns) - 1
    return table.select("line", cells=pl.concat_list(pl.col(column(number)) for number in range(width)))


def _issues_of(chunk: Chunk, clean: Normalized) -> pl.DataFrame:
    """Lines that cannot be read or used, values that were mended or left out."""
    unread = [
        (record.line, IssueLevel.REJECTED.value, record.problem, "", "", record.cells) for record in chunk.rejected
    ]
    mended = [(line, IssueLevel.WARNING.value, kind, "", "", None) for line, kind in chunk.repaired]
    rows = chunk.table.join(clean.rejected, on="line", how="semi")
    refused = clean.rejected.join(_with_cells(rows), on="line", how="left", maintain_order="left")
    return pl.concat(
        [
            pl.DataFrame([*unread, *mended], schema=ISSUES, orient="row"),
            refused.select("line", level=pl.lit(IssueLevel.REJECTED.value), kind="kind", column=pl.lit(""), value="value", cells="cells"),
            clean.warnings.select(
                "line", level=pl.lit(IssueLevel.WARNING.value), kind="kind", column="column", value="value",
                cells=pl.lit(None, dtype=pl.List(pl.String)),
            ),
        ]
    )  # fmt: skip
