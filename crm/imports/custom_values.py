"""A chunk's columns of custom fields as one JSON text for each row: what `Person.custom` takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date

import polars as pl

from crm.fields.enums import FieldKind
from crm.fields.models import CustomField
from crm.fields.names import fold
from crm.fields.services import ensure_choices
from crm.fields.values import DECIMALS, LARGEST, LONGEST
from crm.imports import cleaning
from crm.imports.dates import parse_dates, without_time

LATEST = date(2200, 12, 31)
PARTED = r"\s*[,;|\n]\s*"


@dataclass(slots=True)
class CustomReader:
    """One column. Choices that the field does not have yet are made, as tags are."""

    field: CustomField
    date_order: str
    today: date
    _choices: dict[str, int | None] = default(default_factory=dict)

    def read(self, values: pl.Series) -> pl.Series:
        """JSON texts, null where nothing was said or where it cannot be read."""
        read: dict[FieldKind, Callable[[pl.Series], pl.Series]] = {
            FieldKind.TEXT: _texts,
            FieldKind.NUMBER: _numbers,
            FieldKind.DATE: self._dates,
            FieldKind.CHOICE: self._one_choice,
            FieldKind.CHOICES: self._several_choices,
            FieldKind.YES_NO: _answers,
        }
        return read[FieldKind(self.field.kind)](values)

    def _dates(self, values: pl.Series) -> pl.Series:
        days = parse_dates(without_time(values), order=self.date_order, today=self.today, latest=LATEST)
        return days.to_frame("day").select(pl.format('"{}"', pl.col("day").dt.to_string("%Y-%m-%d"))).to_series()

    def _one_choice(self, values: pl.Series) -> pl.Series:
        return self._ids(values).cast(pl.String)

    def _several_choices(self, values: pl.Series) -> pl.Series:
        lists = (
            values.to_frame("value").with_row_index().with_columns(part=pl.col("value").str.replace_all(PARTED, "\x1f"))
        )
        parts = lists.select("index", pl.col("part").str.split("\x1f")).explode("part")
        parts = parts.with_columns(id=self._ids(parts["part"]))
        ids = (
            parts.group_by("index")
            .agg(pl.col("id").drop_nulls().unique().sort())
            .with_columns(
                pl.when(pl.col("id").list.len() > 0).then(
                    pl.format("[{}]", pl.col("id").cast(pl.List(pl.String)).list.join(","))
                )
            )
        )
        return lists.join(ids, on="index", how="left", maintain_order="left")["id"]

    def _ids(self, names: pl.Series) -> pl.Series:
        distinct = [name for name in names.drop_nulls().unique().sort().to_list() if fold(name)]
        missing = [name for name in distinct if name not in self._choices]
        if missing:
            found = ensure_choices(field=self.field, names=missing)
            self._choices |= {name: found.get(fold(name)[:100]) for name in missing}
        known = {name: self._choices[name] for name in distinct}
        if not known:
            return pl.Series([None] * len(names), dtype=pl.Int64)
        return names.replace_strict(known, default=None, return_dtype=pl.Int64)


def joined(columns: Sequence[tuple[int, pl.Series]]) -> pl.Series:
    """By the fields' keys: one JSON object for each row, null where nothing was said."""
    frame = pl.DataFrame([values.alias(str(key)) for key, values in columns])
    members = [pl.format('"{}":{}', pl.lit(key), pl.col(str(key))) for key, _values in columns]
    object_ = pl.concat_str(members, separator=",", ignore_nulls=True)
    return frame.select(pl.when(object_ != "").then(pl.format("{{{}}}", object_)).alias("custom")).to_series()


def _texts(values: pl.Series) -> pl.Series:
    text = cleaning.one_line(values.str.replace_all(r"[\x00-\x1f\x7f]", " "), LONGEST).str.strip_chars()
    escaped = pl.col("value").str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    return cleaning.through(text, pl.when(escaped != "").then(pl.format('"{}"', escaped)))


def _numbers(values: pl.Series) -> pl.Series:
    plain = pl.col("value").str.replace_all(r"[\s\u00a0\u202f']", "").str.replace(",", ".", literal=True)
    number = plain.cast(pl.Float64, strict=False).round(DECIMALS)
    usable = number.is_finite() & (number.abs() <= LARGEST)
    whole = pl.when(number == number.floor()).then(number.cast(pl.Int64, strict=False).cast(pl.String))
    return values.to_frame("value").select(pl.when(usable).then(pl.coalesce(whole, number.cast(pl.String)))).to_series()


def _answers(values: pl.Series) -> pl.Series:
    said = pl.col("value")
    return cleaning.through(
        cleaning.yes_or_no(values), pl.when(said).then(pl.lit("true")).when(~said).then(pl.lit("false"))
    )
