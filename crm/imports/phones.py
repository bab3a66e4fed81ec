"""Phone numbers to E.164, a column at a time. French ones, overseas included, never leave polars."""

from functools import cache

import phonenumbers
import polars as pl

FRENCH_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT")
# Which territory a national number belongs to: its first digits say it, whatever the country code written before.
TERRITORIES = (
    ("590", r"^(?:590|690|691|7090)"),
    ("596", r"^(?:596|696|697|7091)"),
    ("594", r"^(?:594|694|7093[0-3])"),
    ("262", r"^(?:262|263|269|639|692|693|7092|7093[5-7])"),
)
FRENCH_CODES = r"^(?:33|590|596|594|262)"


def normalize_phones(raw: pl.Series, region: str) -> pl.DataFrame:
    """Columns `phone` (E.164, null when it is no number) and `allotted` (false: well-formed, in a range of nobody's)."""
    text = raw.str.replace(r"^(\+\d+)\s*\(0\)", "${1}").str.replace_all(r"[^\d+]", "").str.replace(r"^00", "+")
    french = _french(text, region)
    rest = raw.to_frame("raw").with_columns(french.alias("phone"))
    foreign = rest.filter(pl.col("phone").is_null() & pl.col("raw").is_not_null())["raw"].unique().to_list()
    if foreign:
        found = {value: _foreign(value, region) for value in foreign}
        rest = rest.with_columns(
            pl.col("phone").fill_null(pl.col("raw").replace_strict(found, default=None, return_dtype=pl.String))
        )
    return rest.select(
        "phone",
        allotted=~pl.col("phone").str.contains(FRENCH_CODES.replace("^", r"^\+"))
        | pl.col("phone").str.contains(_allotted()),
    )


def _french(text: pl.Series, region: str) -> pl.Series:
    """Ten digits, nine when a spreadsheet ate the zero, or with a French country code before; null for the rest."""
    frame = pl.DataFrame({"text": text})
    national = (
        pl.when(pl.col("text").str.contains(r"^\+?(?:33|590|596|594|262)0?[1-9]\d{8}$"))
        .then(pl.col("text").str.replace(r"^\+?(?:33|590|596|594|262)0?", ""))
        .otherwise(pl.col("text").str.extract(r"^0?([1-9]\d{8})$") if region in FRENCH_REGIONS else None)
    )
    code = pl.lit("33")
    for territory, pattern in TERRITORIES:
        code = pl.when(pl.col("national").str.contains(pattern)).then(pl.lit(territory)).otherwise(code)
    return frame.select(national.alias("national")).select(pl.lit("+") + code + pl.col("national")).to_series()


@cache
def _allotted() -> str:
    """Every range of the French numbering plans, as one pattern made from the library's own."""
    patterns = []
    for region in FRENCH_REGIONS:
        plan = phonenumbers.PhoneMetadata.metadata_for_region(region)
        if plan is None:
            raise LookupError(region)
        kinds = (plan.fixed_line, plan.mobile, plan.voip, plan.uan, plan.personal_number)
        ranges = "|".join(
            f"(?:{kind.national_number_pattern})" for kind in kinds if kind and kind.national_number_pattern
        )
        patterns.append(rf"\+{plan.country_code}(?:{ranges})")
    return f"^(?:{'|'.join(patterns)})$"


def _foreign(value: str, region: str) -> str | None:
    """The library's word for the rest: foreign numbers, short overseas plans, letters."""
    for candidate in dict.fromkeys((region, "FR", "NC", "PF", "PM", "WF")):
        try:
            number = phonenumbers.parse(value, candidate)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None
