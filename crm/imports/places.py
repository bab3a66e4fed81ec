"""Where a row is at home, and what its postcode means there."""

import polars as pl

from crm.geo.countries import FRANCE, OVERSEAS, country_code
from crm.imports.cleaning import one_line

UNKNOWN = ""  # a country is written, and nobody can tell which: it is not taken for France
POSTCODE_LENGTH = 10


def read_homes(values: pl.Series) -> pl.Series:
    """Codes of countries, and of France's territories: numbers are written there as nowhere else. Null where nothing is written."""
    written = values.unique().drop_nulls().to_list()
    return values.replace_strict(
        {value: country_code(value) or UNKNOWN for value in written}, default=None, return_dtype=pl.String
    )


def countries_of(homes: pl.Series) -> pl.Series:
    return homes.replace(dict.fromkeys(OVERSEAS, FRANCE))


def read_postcodes(values: pl.Series, country: pl.Series | None) -> pl.Series:
    """French ones are mended or null; those of other countries stay as they are written."""
    if country is None:
        return values.to_frame("value").select(french_postcode(pl.col("value"))).to_series()
    frame = pl.DataFrame({"value": values, "country": country})
    abroad = pl.col("country").fill_null(FRANCE) != FRANCE
    foreign = frame.select(pl.when(abroad).then(pl.col("value").str.to_uppercase())).to_series()
    as_written = one_line(foreign, POSTCODE_LENGTH)
    french = french_postcode(pl.when(~abroad).then("value"))
    return frame.select(pl.when(abroad).then(as_written).otherwise(french)).to_series()


def french_postcode(text: pl.Expr) -> pl.Expr:
    """Five digits; four when a spreadsheet ate the zero of the first nine departments."""
    is_plain = text.str.contains(r"^\d{5}$")
    digits = pl.when(~is_plain).then(text).str.replace(r"(?i)^F[- ]?", "").str.replace_all(r"[\s\u00a0.]", "")
    mended = pl.coalesce(digits.str.extract(r"^(\d{5})$"), pl.lit("0") + digits.str.extract(r"^([1-9]\d{3})$"))
    return pl.when(is_plain).then(text).otherwise(mended)
