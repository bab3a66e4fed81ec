"""Dates as people write them, a column at a time."""

from datetime import date, timedelta

import polars as pl

OLDEST_AGE = 120
EXCEL_EPOCH = date(1899, 12, 30)
MONTHS = {
    "janvier": "01", "january": "01", "janv": "01", "jan": "01",
    "fevrier": "02", "february": "02", "fevr": "02", "fev": "02", "feb": "02",
    "mars": "03", "march": "03", "mar": "03",
    "avril": "04", "april": "04", "avr": "04", "apr": "04",
    "mai": "05", "may": "05",
    "juin": "06", "june": "06", "jun": "06",
    "juillet": "07", "july": "07", "juil": "07", "jul": "07",
    "aout": "08", "august": "08", "aug": "08",
    "septembre": "09", "september": "09", "sept": "09", "sep": "09",
    "octobre": "10", "october": "10", "oct": "10",
    "novembre": "11", "november": "11", "nov": "11",
    "decembre": "12", "december": "12", "dec": "12",
}  # fmt: skip


def without_time(raw: pl.Series) -> pl.Series:
    """The hour that tools write behind a day."""
    return raw.str.replace(r"[T ]\d{1,2}[:h]\d{2}.*$", "")


def parse_dates(raw: pl.Series, *, order: str, today: date, latest: date | None = None) -> pl.Series:
    """Null where the text is no date that a living person may have been born on; or no later than `latest`."""
    usual = "%m/%d/%Y" if order == "mdy" else "%d/%m/%Y"
    plain = [pl.col("raw").str.to_date(style, strict=False, exact=True) for style in ("%Y-%m-%d", usual)]
    written = pl.coalesce(plain)
    # «03/02/05» is read as the year 5 by these styles: two digits are for the slower way.
    frame = (
        pl.DataFrame({"raw": raw}).with_columns(born=pl.when(written.dt.year() >= 1000).then(written)).with_row_index()
    )
    # What is written in another way is rare, and costs thirty times more to read.
    odd = frame.filter(pl.col("born").is_null() & pl.col("raw").is_not_null())
    if odd.height:
        read = odd.select("index", *_parts(order)).select("index", late=_as_date(today))
        frame = frame.join(read, on="index", how="left", maintain_order="left").with_columns(
            born=pl.coalesce("born", "late")
        )
    oldest = today.replace(day=1) - timedelta(days=OLDEST_AGE * 366)
    return frame.select(pl.when(pl.col("born").is_between(oldest, latest or today)).then("born")).to_series()


def _parts(order: str) -> list[pl.Expr]:
    """Year, month, day as numbers, and the serial number where a spreadsheet shows its own count of days."""
    text = pl.col("raw").str.to_lowercase().str.replace_all("é|è", "e").str.replace_all("û", "u")
    for name, number in MONTHS.items():
        text = text.str.replace(rf"\b{name}\b\.?", number)
    text = (
        text.str.replace(r"\b1er\b", "1")
        .str.replace(r"(?:[t ]\d{1,2}[:h]\d{2}.*)$", "")
        .str.strip_chars()
        .str.replace_all(r"[\s./,-]+", "-")
    )
    iso = text.str.extract_groups(r"^(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})$")
    compact = text.str.extract_groups(r"^(?<y>(?:19|20)\d\d)(?<m>\d\d)(?<d>\d\d)$")
    first, second = ("m", "d") if order == "mdy" else ("d", "m")
    local = text.str.extract_groups(rf"^(?<{first}>\d{{1,2}})-(?<{second}>\d{{1,2}})-(?<y>\d{{4}}|\d{{2}})$")
    groups = [iso, local, compact]
    parts = [
        pl.coalesce([group.struct.field(part) for group in groups]).cast(pl.Int32, strict=False).alias(part)
        for part in "ymd"
    ]
    return [*parts, text.str.extract(r"^([1-5]\d{4})(?:\.0)?$").cast(pl.Int32, strict=False).alias("serial")]


def _as_date(today: date) -> pl.Expr:
    century, year = divmod(today.year, 100)
    full_year = (
        pl.when(pl.col("y") >= 100)
        .then(pl.col("y"))
        .when(pl.col("y") > year)
        .then(pl.col("y") + (century - 1) * 100)
        .otherwise(pl.col("y") + century * 100)
    )
    written = pl.format("{}-{}-{}", full_year, pl.col("m"), pl.col("d")).str.to_date("%Y-%m-%d", strict=False)
    counted = pl.lit(EXCEL_EPOCH) + pl.duration(days=pl.col("serial"))
    return pl.coalesce(written, counted)


def guess_order(values: pl.Series) -> str:
    """`mdy` only where the file proves it: a second number above 12 and no first one."""
    numbers = (
        values.drop_nulls()
        .str.extract_groups(r"^\s*'?(?<first>\d{1,2})[/.\-](?<second>\d{1,2})[/.\-]\d{2,4}")
        .struct.unnest()
        .cast(pl.Int32, strict=False)
    )
    first_above, second_above = ((numbers[name] > 12).sum() for name in ("first", "second"))
    return "mdy" if second_above > 0 and first_above == 0 else "dmy"
