"""Rows by the ten thousand into a table: PostgreSQL's COPY, fed from a data frame."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from io import BytesIO
from secrets import token_bytes
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from django.apps import apps
from django.db.models import NOT_PROVIDED, Expression, Func, Value
from psycopg import sql
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.numeric import Int8

BINARY = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # how COPY's binary format begins: no flags, no extension
ARRAY_HEAD = 20  # bytes of an array of one dimension, before its items
ESCAPED = {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
Shared = Mapping[str, str | bool | int | datetime | None]  # column: value
DAYS = 10_957  # from 1970, where polars counts from, to 2000, where PostgreSQL does


def copy_frame(cursor: Any, table: str, rows: pl.DataFrame) -> None:
    """Append the frame's rows to the columns of the same names. Lists become arrays; null stays null. Texts are of type String.

    The table is a model's. A column where nobody differs from its default is left to the database, which has it at hand.
    """
    if rows.is_empty():
        return
    rows = rows.drop(_left_at_default(table, rows))
    columns = [sql.Identifier(name) for name in rows.columns]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(", ").join(columns))
    with cursor.copy(statement) as copy:
        copy.write(_as_text(rows))


def copy_alike(cursor: Any, table: str, kinds: Sequence[Shared], rows: pl.DataFrame) -> None:
    """Append rows of a few kinds, in their order: `kinds[row["kind"]]` is what all of a kind share, the same columns in each.

    For the rest they differ in bigints, and in dates that may be null. All of a kind are of one length, so that one is
    made and the others are its copies: nothing is written out or parsed row by row.
    """
    if rows.is_empty():
        return
    told = rows.drop("kind")
    nulls = [pl.col(name).is_null().alias(f"{name} is null") for name in told.columns]
    pieces = [b""] * rows.height
    for (kind, *_), group in rows.with_row_index("place").group_by("kind", *nulls):
        for place, piece in zip(
            group["place"].to_list(), _records(kinds[kind], group.select(told.columns)), strict=True
        ):
            pieces[place] = piece
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, [*told.columns, *kinds[0]]))
    )
    with cursor.copy(statement) as copy:
        copy.write(BINARY)
        copy.write(b"".join(pieces))


def bigint_array(numbers: Iterable[int]) -> Func:
    """For a field of a model that is saved: as text, since the driver looks at each number of a list, 2 µs a piece."""
    return Func(Value("{" + ",".join(map(str, numbers)) + "}"), template="%(expressions)s::bigint[]")


def next_ids(cursor: Any, table: str, count: int) -> pl.Series:
    """So many new values of the table's `id`, ascending."""
    cursor.execute(
        # OFFSET 0: the sequence is looked up once, and not for each value.
        # As PostgreSQL sends them: to read a number of a text takes as long as to draw it.
        "SELECT array_send(array_agg(nextval(s.name))) FROM"
        " (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) s, generate_series(1, %s)",
        [table, count],
    )
    return pl.Series("id", bigints_sent(cursor.fetchone()[0] or b""))


def bigints_sent(array: bytes) -> npt.NDArray[np.int64]:
    """The numbers, none of them null, of what PostgreSQL's `array_send` makes of a bigint[]."""
    items = np.frombuffer(array, [("length", ">i4"), ("value", ">i8")], offset=min(ARRAY_HEAD, len(array)))
    return items["value"].astype(np.int64)


def ordered_uuids(count: int, now: datetime) -> pl.Series:
    """Of version 7: their index grows at one end, where random ones would each touch another page of it.

    They show when they were made, and 74 bits of each are random: names, not secrets. Where the table drew them itself (a
    volatile default), COPY would insert row by row.
    """
    parts = np.frombuffer(token_bytes(16 * count), np.uint8).reshape(count, 16).copy()
    parts[:, :6] = np.frombuffer(int(now.timestamp() * 1000).to_bytes(6), np.uint8)
    parts[:, 6] = 0x70 | parts[:, 6] & 0x0F
    parts[:, 8] = 0x80 | parts[:, 8] & 0x3F
    digits = parts.tobytes().hex()
    return pl.Series("uuid", [digits[at : at + 32] for at in range(0, len(digits), 32)], dtype=pl.String)


def _records(same: Shared, rows: pl.DataFrame) -> list[bytes]:
    """Each row in COPY's binary format. A column is null in all of them or in none."""
    shared = b"".join(map(_binary, same.values()))
    fields: list[tuple[str, str]] = []
    for name, kind in rows.schema.items():
        number = [] if rows[name].null_count() else [(name, ">i4" if kind == pl.Date else ">i8")]
        fields += [(f"{name} length", ">i4"), *number]
    records = np.empty(rows.height, [("fields", ">i2"), *fields, ("shared", f"V{len(shared)}")])
    records["fields"] = rows.width + len(same)
    records["shared"] = np.void(shared)
    for name, kind in rows.schema.items():
        if rows[name].null_count():
            records[f"{name} length"] = -1
        else:
            records[f"{name} length"] = records.dtype[name].itemsize
            records[name] = rows[name].to_physical().to_numpy() - (DAYS if kind == pl.Date else 0)
    return cast("list[bytes]", records.view(f"V{records.itemsize}").tolist())


def _binary(value: str | bool | int | datetime | None) -> bytes:
    """A field: its length, then its bytes."""
    if value is None:
        return b"\xff" * 4
    told = Int8(value) if type(value) is int else value
    data = Transformer().get_dumper(told, PyFormat.BINARY).dump(told) or b""
    return len(data).to_bytes(4) + data


def _left_at_default(table: str, rows: pl.DataFrame) -> list[str]:
    told = {name: default for name, default in _defaults(table).items() if name in rows.columns}
    left = rows.select(pl.col(name).eq_missing(pl.lit(default)).all() for name, default in told.items())
    return [name for name in told if left[name].item()]


@cache
def _defaults(table: str) -> dict[str, Any]:
    """The plain ones, as a frame has them: no lists, and no expressions."""
    options = next(model._meta for model in apps.get_models() if model._meta.db_table == table)  # noqa: SLF001 -- public in Django's documentation
    plain = {
        field.column: None if field.db_default is NOT_PROVIDED else field.db_default
        for field in options.local_concrete_fields
        if field.column and not isinstance(field.db_default, Expression | list)
    }
    return {name: json.dumps(default) if isinstance(default, dict) else default for name, default in plain.items()}


def _as_text(rows: pl.DataFrame) -> bytes:
    """COPY's own format: quicker to write and to read than CSV, since nothing is quoted and little is escaped."""
    rows = rows.with_columns(_as_array(rows[name]) for name in rows.columns if isinstance(rows[name].dtype, pl.List))
    written = _written(rows)
    if _needs_escapes(written, rows):  # few frames do, and to look into the values takes longer than to count here
        return _written(rows.with_columns(pl.col(pl.String).str.replace_many(ESCAPED)))
    return written


def _written(rows: pl.DataFrame) -> bytes:
    stream = BytesIO()  # a str would be decoded, and encoded again
    rows.write_csv(
        stream, include_header=False, separator="\t", quote_style="never", null_value=r"\N", datetime_format="%+"
    )
    return stream.getvalue()


def _needs_escapes(written: bytes, rows: pl.DataFrame) -> bool:
    """Are there more of COPY's signs than columns, rows and nulls make?"""
    signs = np.frombuffer(written, np.uint8)
    nulls = sum(rows.null_count().row(0))
    made = {"\t": rows.height * (rows.width - 1), "\n": rows.height, "\r": 0, "\\": nulls}
    return any(np.count_nonzero(signs == ord(sign)) != count for sign, count in made.items())


def _as_array(lists: pl.Series) -> pl.Expr:
    """As PostgreSQL writes an array."""
    items = pl.col(lists.name).cast(pl.List(pl.String))
    if lists.dtype == pl.List(pl.String):
        item = pl.element().str.replace_all(r'(["\\])', r"\${1}")
        items = items.list.eval(pl.concat_str(pl.lit('"'), item, pl.lit('"')))
    return pl.concat_str(pl.lit("{"), items.list.join(","), pl.lit("}")).alias(lists.name)
