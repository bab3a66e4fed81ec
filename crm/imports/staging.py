"""Clean rows on their way into the database: communes looked up, one raw COPY."""

from collections.abc import Mapping
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
    "support_level": "smallint",
    "phone_bad": "boolean",
    "tag_ids": "integer[]",
    "email_ok": "boolean",
    "sms_ok": "boolean",
    "call_ok": "boolean",
    "post_ok": "boolean",
}
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


def with_communes(people: pl.DataFrame, chosen: Mapping[str, str]) -> pl.DataFrame:
    """The commune that postcode and town agree on. Where they leave a doubt, the one that was chosen for the postcode, or none."""
    places = (
        people.select("postcode", "city", "country")
        .filter(pl.col("postcode").is_not_null() & pl.col("country").fill_null("FR").eq("FR"))
        .unique()
    )
    table = with_commune_codes(places, chosen)
    return people.join(table, on=["postcode", "city", "country"], how="left", nulls_equal=True, maintain_order="left")
