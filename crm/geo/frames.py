"""The communes as data frames: what `queries` answers one by one, for many rows at once and without 35 000 objects."""

from collections.abc import Mapping
from functools import cache

import polars as pl

from crm.geo.queries import CITIES_WITH_ARRONDISSEMENTS, DATA
from crm.geo.words import LIGATURES, SAINTS, TAIL

CODES = ("commune_code", "departement_code", "region_code")


def with_commune_codes(places: pl.DataFrame, chosen: Mapping[str, str] | None = None) -> pl.DataFrame:
    """`places` (postcode and city, city null or empty when it is not told) with CODES beside: null where a doubt is left.

    The rule of `queries.find_by_postcode_and_name`; `chosen` says which commune of a postcode it is where that leaves a doubt.
    """
    asked = places.with_columns(word=fold_cities(pl.col("city").fill_null("")))
    found = asked.join(_answers(), on=["postcode", "word"], how="left", maintain_order="left").drop("word")
    if not chosen:
        return found
    told = pl.DataFrame({"postcode": list(chosen), "commune_code": list(chosen.values())}).join(
        _codes(), on="commune_code"
    )
    both = found.join(told, on="postcode", how="left", maintain_order="left", suffix="_chosen")
    # All three of one commune: its region is never that of another.
    doubt = pl.col("commune_code").is_null() & ~_is_elsewhere()
    return both.select(
        *places.columns, *(pl.when(doubt).then(f"{name}_chosen").otherwise(name).alias(name) for name in CODES)
    )


def places_in_doubt(places: pl.DataFrame) -> pl.DataFrame:
    """Those for which somebody may choose: no name beside the postcode, or one that no commune has. «Paris» beside 01090 is none."""
    return with_commune_codes(places).filter(pl.col("commune_code").is_null() & ~_is_elsewhere())


def _is_elsewhere() -> pl.Expr:
    return fold_cities(pl.col("city").fill_null("")).is_in(_names().implode())


@cache
def _names() -> pl.Series:
    return commune_table().select(fold_cities(pl.col("name"))).to_series().unique()


def fold_cities(names: pl.Expr) -> pl.Expr:
    """`words.fold_city` of a column."""
    words = names.str.to_lowercase().str.replace_many(LIGATURES).str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    words = words.str.replace_all(r"\s+", " ").str.strip_chars()
    for short, whole in SAINTS.items():
        words = words.str.replace_all(rf"\b{short}\b", whole)
    return words.str.replace(TAIL, "")


@cache
def commune_table() -> pl.DataFrame:
    """code, name, departement, region, epci, population, postcode, city_code: one row per commune and postcode.

    `city_code` is the commune's own, or that of the city whose arrondissement it is.
    """
    communes = pl.read_csv(DATA / "communes.csv.gz", infer_schema=False).fill_null("").rename({"code_insee": "code"})
    is_arrondissement = (pl.col("epci") == "") & pl.col("name").str.ends_with("Arrondissement")
    city = pl.coalesce(
        pl.when(pl.col("code").str.starts_with(start)).then(pl.lit(code))
        for start, code in CITIES_WITH_ARRONDISSEMENTS.items()
    )
    return communes.select(
        *("code", "name", "departement", "region", "epci"),
        population=pl.col("population").cast(pl.Int64, strict=False).fill_null(0),
        postcode=pl.col("postcodes").str.split(" "),
        city_code=pl.when(is_arrondissement).then(pl.coalesce(city, "code")).otherwise("code"),
    ).explode("postcode").filter(pl.col("postcode") != "")  # fmt: skip


@cache
def _answers() -> pl.DataFrame:
    """postcode, word, CODES: every pair that names one commune. The word is empty where the postcode alone will do."""
    table = commune_table()
    cities = table.select(city_code="code", city="name").unique()
    named = table.join(cities, on="city_code", how="left").with_columns(
        is_arrondissement=pl.col("city_code") != pl.col("code")
    )
    words = pl.concat([
        named.with_columns(word=fold_cities(pl.col("name"))),
        named.filter("is_arrondissement").with_columns(word=fold_cities(pl.col("city"))),
        named.with_columns(word=pl.lit("")),
    ]).unique(["postcode", "word", "code"])  # fmt: skip
    arrondissement = pl.col("code").filter("is_arrondissement")
    answers = words.group_by("postcode", "word").agg(
        pl.when((arrondissement.len() == 1) & (pl.col("city_code").n_unique() == 1)).then(arrondissement.first())
        .when(pl.len() == 1).then(pl.col("code").first())
        .alias("commune_code")
    ).drop_nulls("commune_code")  # fmt: skip
    return answers.join(_codes(), on="commune_code", how="left")


@cache
def _codes() -> pl.DataFrame:
    table = commune_table()
    return table.select(commune_code="code", departement_code="departement", region_code="region").unique()
