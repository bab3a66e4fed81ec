"""Rows that have to do with a row of an earlier chunk are moved there, in whatever portions they are put aside."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from crm.imports import spooling
from crm.imports.chunks import Chunk
from crm.imports.normalizing import ISSUES, Normalized
from crm.imports.spooling import Spool

ROWS = 5


def chunks_of(count: int) -> list[Chunk]:
    made = []
    for number in range(count):
        lines = list(range(number * ROWS, number * ROWS + ROWS))
        table = pl.DataFrame({"line": lines, "c0": [str(line) for line in lines], "c1": "x"})
        made.append(Chunk(lines[0], lines[-1] + 1, lines[0], table))
    return made


def filled(folder: Path, chunks: list[Chunk], again: Callable[[], list[Chunk]] | None = None) -> Spool:
    spool = Spool(folder, again)
    for chunk in chunks:
        people = chunk.table.select("line", name="c0", deceased=pl.lit(value=False))
        spool.add(chunk, people, Normalized(people, pl.DataFrame(schema=ISSUES), pl.DataFrame(schema=ISSUES)))
    return spool


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_followers_go_to_the_chunks_of_their_leaders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(spooling, "MOVED_AT_ONCE", at_once)
    spool = filled(tmp_path, chunks_of(4))
    leaders = {7: 6, 8: 1, 11: 2, 12: 5, 13: 1, 16: 12, 18: 0, 19: 9}
    spool.gather(pl.DataFrame({"line": list(leaders), "leader": list(leaders.values())}))
    held = [spool.people(number) for number in spool.numbers]
    assert [people["line"].to_list() for people in held] == [
        [0, 1, 2, 3, 4, 8, 11, 13, 18],
        [5, 6, 7, 9, 12, 19],
        [10, 14, 16],
        [15, 17],
    ]
    assert spool.rows == [people.height for people in held]
    assert all(people["name"].to_list() == [str(line) for line in people["line"]] for people in held)


def test_cells_of_lines_that_are_set_aside_are_read_again_once(tmp_path: Path) -> None:
    readings: list[int] = []

    def again() -> list[Chunk]:
        readings.append(1)
        return chunks_of(3)

    spool = filled(tmp_path, chunks_of(3), again)
    nobody, some = pl.DataFrame({"line": pl.Series([], dtype=pl.Int64)}), pl.DataFrame({"line": [11, 4, 5]})
    assert spool.cells(nobody).is_empty()
    assert not readings  # nobody was set aside
    assert spool.cells(some).sort("line").rows() == [(4, ["4", "x"]), (5, ["5", "x"]), (11, ["11", "x"])]
    assert spool.cells(pl.DataFrame({"line": [0]})).rows() == [(0, ["0", "x"])]
    assert len(readings) == 1


def test_cells_are_unknown_where_nobody_will_see_them(tmp_path: Path) -> None:
    assert filled(tmp_path, chunks_of(2)).cells(pl.DataFrame({"line": [7]})).rows() == [(7, None)]
