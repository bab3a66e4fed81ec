"""Phone numbers to E.164, a column at a time. French ones, overseas included, never leave polars."""

import re
from functools import cache

import phonenumbers
import polars as pl

from crm.imports.cleaning import listed
from crm.imports.places import UNKNOWN

FRENCH_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT")
# Which territory a national number belongs to: its first digits say it, whatever the country code written before.
TERRITORIES = (
    ("590", r"^(?:590|690|691|7090)"),
    ("596", r"^(?:596|696|697|7091)"),
    ("594", r"^(?:594|694|7093[0-3])"),
    ("262", r"^(?:262|263|269|639|692|693|7092|7093[5-7])"),
)
FRENCH_CODES = r"^(?:33|590|596|594|262)"
FRENCH_ABROAD = r"(?:33|590|596|594|262)0?[1-9]\d{8}$"
LIKE_A_FRENCH_MOBILE = r"^0[67]\d{8}$"
# They write the same ten digits, whose beginning tells the territory: read as one region.
ONE_PLAN = (*FRENCH_REGIONS, "BL", "MF")
BETWEEN = r"(?i)\s*(?:[/;,|&\n]|\b(?:ou|or|et|and)\b)\s*"  # two numbers of one cell
SHORT_PLANS = {"975": "PM", "986": "WF", "987": "PF", "988": "NC"}  # by the beginning of the postcode


def regions_of(country: pl.Series | None, postcode: pl.Series | None, region: str) -> pl.Series | None:
    """In which region each row's numbers are read first, null where it is the file's; None where it is so in all rows."""
    told: list[pl.Series] = []
    if postcode is not None and postcode.str.starts_with("9").any():
        start = postcode.str.slice(0, 3).replace_strict(SHORT_PLANS, default=None, return_dtype=pl.String)
        told.append(start if country is None else start.set(country.fill_null("FR") != "FR", None))
    if country is not None:
        told.append(country)
    if not told:
        return None
    of_file = ONE_PLAN if region in ONE_PLAN else (region,)
    own = pl.select(pl.coalesce(told)).to_series()
    own = own.set(own.is_in(of_file).fill_null(value=False), None)
    return own if own.null_count() < len(own) else None


def read_cells(raw: pl.Series, own: pl.Series | None, region: str) -> pl.DataFrame:
    """Lists of each cell's numbers (`phones`), whether all of them are `allotted`, and `is_whole`: nothing else stands there.

    Nearly all cells hold one number: the others only are taken apart («06 12 34 56 78 / 04 91 22 33 44»).
    """
    read = read_phones(raw, own, region)
    rows = pl.DataFrame({"raw": raw, "phone": read["phone"], "allotted": read["allotted"]}).with_row_index("row")
    rows = rows.with_columns(own=own if own is not None else pl.lit(None, dtype=pl.String))
    parts = (
        rows.filter(pl.col("phone").is_null() & pl.col("raw").str.contains(BETWEEN))
        .select("row", "own", part=pl.col("raw").str.replace_all(BETWEEN, "\n").str.split("\n"))
        .explode("part")
        .filter(pl.col("part").str.strip_chars() != "")
    )
    if parts.is_empty():
        return rows.select(
            phones=listed(pl.col("phone")),
            allotted=pl.col("allotted").fill_null(value=True),
            is_whole=pl.col("raw").is_null() | pl.col("phone").is_not_null(),
        )
    told = read_phones(parts["part"], None if own is None else parts["own"], region)
    several = (
        parts.with_columns(told["phone"], told["allotted"])
        .group_by("row")
        .agg(
            several=pl.col("phone").drop_nulls().unique(maintain_order=True),
            all_allotted=pl.col("allotted").drop_nulls().all(),
            all_read=pl.col("phone").is_not_null().all(),
        )
    )
    return rows.join(several, on="row", how="left", maintain_order="left").select(
        phones=pl.coalesce("several", listed(pl.col("phone"))),
        allotted=pl.coalesce("all_allotted", "allotted").fill_null(value=True),
        is_whole=pl.coalesce("all_read", pl.col("raw").is_null() | pl.col("phone").is_not_null()),
    )


def read_phones(raw: pl.Series, own: pl.Series | None, region: str) -> pl.DataFrame:
    """As `normalize_phones`; numbers without the code of a country are read in the row's `own` region first.

    Where that is UNKNOWN, nobody tells whose they are.
    """
    if own is None:
        return normalize_phones(raw, region)
    rows = pl.DataFrame({"raw": raw, "own": own}).with_row_index("row")
    few = rows.drop_nulls()
    found = few.select("row").with_columns(_in_own_region(few["raw"], few["own"]))
    read = rows.select("row").join(found, on="row", how="left", maintain_order="left")
    nowhere = own.eq(UNKNOWN).fill_null(value=False)
    if nowhere.any():
        nowhere &= _is_national(raw)
    rest = normalize_phones(raw.set(read["phone"].is_not_null() | nowhere, None), region)
    return pl.DataFrame({name: read[name].fill_null(rest[name]) for name in ("phone", "allotted")})


def _in_own_region(raw: pl.Series, own: pl.Series) -> pl.DataFrame:
    in_plan = own.is_in(ONE_PLAN).fill_null(value=False)
    french = normalize_phones(raw.set(~in_plan, None), "FR")
    rows = pl.DataFrame({"raw": raw, "own": own.set(in_plan | ~_is_national(raw), None)})
    pairs = rows.drop_nulls().unique()
    found = pairs.with_columns(phone=pl.Series([_read_at_home(*pair) for pair in pairs.rows()], dtype=pl.String))
    foreign = rows.join(found, on=["raw", "own"], how="left", maintain_order="left")["phone"]
    phone = french["phone"].fill_null(foreign)
    return pl.DataFrame({"phone": phone, "allotted": french["allotted"].fill_null(foreign.is_not_null())}).with_columns(
        allotted=pl.when(pl.col("phone").is_not_null()).then("allotted")
    )


def _is_national(raw: pl.Series) -> pl.Series:
    digits = raw.str.replace_all(r"[^\d+]", "")
    return ~digits.str.contains(rf"^(?:\+|00|{FRENCH_ABROAD})").fill_null(value=True)


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
        if found := _read(value, candidate):
            return found
    return None


def _read_at_home(value: str, region: str) -> str | None:
    """What looks like a French mobile is more often one, of French people abroad, than somebody's landline there."""
    if re.match(LIKE_A_FRENCH_MOBILE, re.sub(r"\D", "", value)) and not _is_mobile(value, region):
        return None
    return _read(value, region)


def _is_mobile(value: str, region: str) -> bool:
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(value, region))
    except phonenumbers.NumberParseException:
        return False
    return kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def _read(value: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
