"""Clean rows on their way into the database: same people found within the chunk, communes looked up, one raw COPY."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import polars as pl

from crm.geo.queries import find_by_postcode_and_name

TABLE = "import_rows"
TEMPORARY = (
    TABLE,
    "import_touched",
    "import_changed",
    "import_consents",
    "import_tags",
    "first_emails",
    "first_phones",
)
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
LISTS = ("emails", "bad_emails", "phones", "tags")
TEXT_COLUMNS = (
    "external_id", "first_name", "last_name", "birth_name", "gender", "occupation", "language", "street", "postcode", "city",
    "country", "commune_code", "departement_code", "region_code", "note", *LISTS,
)  # fmt: skip
OTHER_COLUMNS = {
    "line": "integer NOT NULL",
    "root": "integer NOT NULL",
    "birth_date": "date",
    "support_level": "smallint",
    "phone_bad": "boolean",
    "email_ok": "boolean",
    "sms_ok": "boolean",
    "call_ok": "boolean",
    "post_ok": "boolean",
}
COLUMNS = (*OTHER_COLUMNS, *TEXT_COLUMNS)
# What matching finds out: whose row it is, which row of the chunk speaks for it, whether the person is new.
FOUND = "person_id bigint, how text, leader integer, repeats boolean NOT NULL DEFAULT false, is_new boolean NOT NULL DEFAULT false, refused boolean NOT NULL DEFAULT false"


def prepare(people: pl.DataFrame) -> bytes:
    """What COPY takes, ready before the transaction begins. Lists travel as text, joined by a sign that no value holds."""
    rows = _with_places(_with_roots(people)).with_columns(
        pl.col(name).list.join(LIST_SEPARATOR).replace("", None) for name in LISTS
    )
    return rows.select(COLUMNS).write_csv(include_header=False).encode()


def stage(cursor: Any, rows: bytes) -> None:
    """Into a temporary table that ends with the transaction."""
    typed = ", ".join(f"{name} {kind}" for name, kind in OTHER_COLUMNS.items())
    texts = ", ".join(f"{name} text" for name in TEXT_COLUMNS)
    for setting, value in SETTINGS.items():
        cursor.execute(f"SET LOCAL {setting} = '{value}'")
    cursor.execute(f"DROP TABLE IF EXISTS {', '.join(TEMPORARY)}")
    cursor.execute(f"CREATE TEMP TABLE {TABLE} ({typed}, {texts}, {FOUND}) ON COMMIT DROP")
    with cursor.copy(f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(rows)
    cursor.execute(f"ANALYZE {TABLE}")


def _with_places(people: pl.DataFrame) -> pl.DataFrame:
    """The commune that postcode and town agree on. Where they leave a doubt, none."""
    places = (
        people.select("postcode", "city", "country")
        .filter(pl.col("postcode").is_not_null() & pl.col("country").fill_null("FR").eq("FR"))
        .unique()
    )
    found = [
        (postcode, city, country, *_commune(postcode, city or "")) for postcode, city, country in places.iter_rows()
    ]
    names = ["postcode", "city", "country", "commune_code", "departement_code", "region_code"]
    table = pl.DataFrame(found, schema=dict.fromkeys(names, pl.String), orient="row")
    return people.join(table, on=["postcode", "city", "country"], how="left", nulls_equal=True, maintain_order="left")


@lru_cache(maxsize=100_000)
def _commune(postcode: str, city: str) -> tuple[str | None, str | None, str | None]:
    commune = find_by_postcode_and_name(postcode, city)
    return (commune.code, commune.departement, commune.region) if commune else (None, None, None)


def _with_roots(people: pl.DataFrame) -> pl.DataFrame:
    """`root`: the first line of the chunk about the same person.

    An external number, an e-mail, or a phone with the same name tell that two rows are one. Name with birth date or street
    do so only for a row without e-mail, as when it is looked up among the people that are known.
    """
    rows = people.select(
        "line", keys=_strong_keys(), weak=_weak_keys(), looks_weak=pl.col("emails").list.len().fill_null(0) == 0
    )
    known = pl.concat(
        [rows.select("line", key="keys").explode("key"), rows.select("line", key="weak").explode("key")]
    ).drop_nulls()
    first = known.group_by("key").agg(root=pl.col("line").min())
    asked = pl.concat(
        [
            rows.select("line", key="keys").explode("key"),
            rows.filter("looks_weak").select("line", key="weak").explode("key"),
        ]
    ).drop_nulls()
    parents = (
        asked.join(first, on="key").group_by("line").agg(pl.col("root").min()).filter(pl.col("root") < pl.col("line"))
    )
    roots = _roots(parents.iter_rows())
    table = pl.DataFrame(list(roots.items()), schema={"line": pl.Int64, "root": pl.Int64}, orient="row")
    return people.join(table, on="line", how="left", maintain_order="left").with_columns(
        pl.col("root").fill_null(pl.col("line"))
    )


def _name_key() -> pl.Expr:
    name = pl.concat_str(pl.col("first_name").fill_null(""), pl.col("last_name").fill_null(""), separator=" ")
    folded = name.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    return pl.when(folded != " ").then(folded)


def _strong_keys() -> pl.Expr:
    name = _name_key()
    ids = pl.concat_list(pl.lit("id:") + pl.col("external_id"))
    emails = pl.col("emails").fill_null([]).list.eval(pl.lit("@") + pl.element())
    phones = pl.concat_list(pl.lit("tel:") + pl.col("phones").list.get(0, null_on_oob=True) + pl.lit(":") + name)
    return pl.concat_list(ids, emails, phones)


def _weak_keys() -> pl.Expr:
    name = _name_key()
    born = pl.lit("born:") + pl.col("birth_date").cast(pl.String) + pl.lit(":") + name
    lives = (
        pl.lit("lives:") + pl.col("postcode") + pl.lit(":") + pl.col("street").str.to_lowercase() + pl.lit(":") + name
    )
    return pl.concat_list(born, lives)


def _roots(parents: Iterable[tuple[Any, ...]]) -> dict[int, int]:
    roots: dict[int, int] = {}
    for line, parent in sorted(parents):
        roots[line] = roots.get(parent, parent)
    return roots
