"""Clean rows on their way into the database: communes looked up, one raw COPY."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from crm.geo.frames import with_commune_codes

TABLE = "import_rows"
TEMPORARY = (TABLE, "import_touched", "import_changed", "import_consents", "first_emails", "first_phones")
LIST_SEPARATOR = "\x1f"
SETTINGS = {
    # Tables that grow within one transaction look empty to the planner, which then reads them whole for every row.
    "enable_seqscan": "off",
    "jit": "off",
    "work_mem": "64MB",
    "default_statistics_target": "10",
    # A power cut may take back whole chunks with their positions, and the import goes on from there. The last commit waits.
    "synchronous_commit": "off",
}
TEXT_COLUMNS = (
    "external_id", "first_name", "last_name", "birth_name", "gender", "occupation", "language", "relationship", "street", "postcode", "city",
    "country", "commune_code", "departement_code", "region_code", "note", "how", "emails", "bad_emails", "phones",
    "custom",
)  # fmt: skip
OTHER_COLUMNS = {
    "line": "integer NOT NULL",
    "person_id": "bigint NOT NULL",
    "birth_date": "date",
    "joined_on": "date",
    "unsubscribed_on": "date",
    "support_level": "smallint",
    "phone_bad": "boolean",
    "tag_ids": "integer[]",
    "email_ok": "boolean",
    "sms_ok": "boolean",
    "call_ok": "boolean",
    "post_ok": "boolean",
}
PLACE = {"postcode": pl.String(), "city": pl.String(), "country": pl.String()}
KEPT_PLACES = 100_000  # France has some 40 000; what people type instead has no end
COLUMNS = (*OTHER_COLUMNS, *TEXT_COLUMNS)


def set_up(cursor: Any) -> None:
    for setting, value in SETTINGS.items():
        cursor.execute(f"SET LOCAL {setting} = '{value}'")


def stage(cursor: Any, people: pl.DataFrame) -> None:
    """Rows about people who are known, one for each of them, into a temporary table that ends with the transaction."""
    typed = ", ".join(f"{name} {kind}" for name, kind in OTHER_COLUMNS.items())
    texts = ", ".join(f"{name} text" for name in TEXT_COLUMNS)
    cursor.execute(f"DROP TABLE IF EXISTS {', '.join(TEMPORARY)}")
    cursor.execute(f"CREATE TEMP TABLE {TABLE} ({typed}, {texts}) ON COMMIT DROP")
    tags = pl.col("tag_ids").cast(pl.List(pl.String)).list.join(",")
    rows = people.with_columns(
        tag_ids=pl.when(pl.col("tag_ids").list.len() > 0).then(pl.concat_str(pl.lit("{"), tags, pl.lit("}")))
    )
    with cursor.copy(f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(as_text(rows.select(COLUMNS)))
    cursor.execute(f"ANALYZE {TABLE}")


def as_text(rows: pl.DataFrame) -> bytes:
    """What COPY takes. Lists travel as text, joined by a sign that no value holds; nothing at all is null."""
    lists = [name for name in rows.columns if rows[name].dtype == pl.List(pl.String)]
    flat = rows.with_columns(pl.col(name).list.join(LIST_SEPARATOR).replace("", None) for name in lists)
    return flat.write_csv(include_header=False).encode()


@dataclass(slots=True)
class Communes:
    """Each place of a file is looked up once. Threads may share this: at worst two look up the same place."""

    chosen: Mapping[str, str]
    _known: pl.DataFrame = field(default_factory=lambda: _looked_up(pl.DataFrame(schema=PLACE), {}))

    def told_of(self, people: pl.DataFrame) -> pl.DataFrame:
        """The commune that postcode and town agree on. Where they leave a doubt, the one that was chosen for the postcode, or none."""
        known = self._known
        found = _beside(people, known)
        is_place = pl.col("postcode").is_not_null() & pl.col("country").fill_null("FR").eq("FR")
        new = found.filter(is_place & pl.col("is_known").is_null()).select(*PLACE).unique()
        if new.height:
            known = pl.concat([known, _looked_up(new, self.chosen)], rechunk=True)
            found = _beside(people, known)
        if known.height <= KEPT_PLACES:
            self._known = known
        return found.drop("is_known")


def _beside(people: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    return people.join(known, on=list(PLACE), how="left", nulls_equal=True, maintain_order="left")


def _looked_up(places: pl.DataFrame, chosen: Mapping[str, str]) -> pl.DataFrame:
    return with_commune_codes(places, chosen).with_columns(is_known=pl.lit(value=True))
