"""People as comparing needs them: folded, split, with how common their names are. Read in blocks, kept compact."""

from collections.abc import Iterator, Sequence

import polars as pl
from django.db import connection

AT_ONCE = 100_000
SEPARATOR = "\x1f"
SAID = pl.element().filter(pl.element() != "")
SHARED = ("first", "last", "postcode")
RARE = 0.0001  # a name that is not among the common ones
SELECT = """
SELECT p.id, p.first_name, p.last_name, p.birth_name, p.birth_date, p.gender, p.street, p.postcode, p.city, e.emails, t.phones
FROM people_person p
LEFT JOIN (SELECT person_id, string_agg(address, E'\\x1f') AS emails FROM people_emailaddress WHERE {of} GROUP BY person_id) e ON e.person_id = p.id
LEFT JOIN (SELECT person_id, string_agg(number, E'\\x1f') AS phones FROM people_phonenumber WHERE {of} GROUP BY person_id) t ON t.person_id = p.id
WHERE p.erased_at IS NULL AND {who}
ORDER BY p.id"""
SCHEMA = {
    "id": pl.Int64, "first": pl.String, "last": pl.String, "birth": pl.String, "born": pl.Date, "gender": pl.String,
    "street": pl.String, "postcode": pl.String, "city": pl.String, "emails": pl.String, "phones": pl.String,
}  # fmt: skip
# Providers that do not tell these addresses apart: dots, and whatever follows a plus.
DOTLESS = ("gmail.com", "googlemail.com")


def people_in_blocks() -> Iterator[pl.DataFrame]:
    """Everybody, by ascending id."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT max(id) FROM (SELECT id FROM people_person WHERE id > %s ORDER BY id LIMIT %s) block",
                [after, AT_ONCE],
            )
            last = cursor.fetchone()[0]
        if last is None:
            return
        yield _read(f"p.id > {after} AND p.id <= {last}", f"person_id > {after} AND person_id <= {last}")
        after = last


def people_by_id(ids: Sequence[int]) -> pl.DataFrame:
    those = ",".join(str(int(one)) for one in sorted(set(ids))) or "0"
    return _read(f"p.id IN ({those})", f"person_id IN ({those})")


def commonness(people: pl.DataFrame, everyone: int = 0) -> pl.DataFrame:
    """How often each first name, last name and postcode is met: a shared «Martin» proves less than a shared «Zylberberg»."""
    # Among few people a name is rare by chance: two more bearers are taken for granted, and a thousand people.
    size = max(people.height, everyone, 1_000)
    shares = (((pl.len().over(name) + 2) / size).cast(pl.Float32).alias(f"{name}_share") for name in SHARED)
    return people.with_columns(*shares)


def common_shares(people: pl.DataFrame) -> dict[str, dict[str, float]]:
    """The names and postcodes that many have, for comparing a few people later. Nobody is known by them."""
    return {
        name: dict(
            people.filter(pl.col(name) != "")
            .group_by(name)
            .agg(pl.col(f"{name}_share").first().round(6), pl.len().alias("count"))
            .filter(pl.col("count") >= 20)
            .sort("count", descending=True)
            .head(2_000)
            .select(name, f"{name}_share")
            .iter_rows()
        )
        for name in SHARED
    }


def with_shares(people: pl.DataFrame, shares: dict[str, dict[str, float]]) -> pl.DataFrame:
    return people.with_columns(
        pl.col(name)
        .replace_strict(shares[name] or {"": 1.0}, default=RARE, return_dtype=pl.Float64)
        .cast(pl.Float32)
        .alias(f"{name}_share")
        for name in SHARED
    )


def _read(who: str, of: str) -> pl.DataFrame:
    statement = SELECT.format(who=who, of=of)
    with connection.cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)") as copy:
        text = b"".join(bytes(part) for part in copy)
    if not text:
        return _folded(pl.DataFrame(schema=SCHEMA))
    return _folded(pl.read_csv(text, has_header=False, new_columns=list(SCHEMA), schema=SCHEMA))


def _folded(people: pl.DataFrame) -> pl.DataFrame:
    emails = pl.col("emails").fill_null("").str.split(SEPARATOR)
    return people.with_columns(
        *(_fold(pl.col(name)) for name in ("first", "last", "birth", "street", "city")),
        pl.col("postcode").fill_null("").str.replace_all(" ", ""),
        pl.col("phones").fill_null("").str.split(SEPARATOR).list.eval(SAID),
        emails.list.eval(_mailbox(pl.element())).list.eval(SAID).alias("mailboxes"),
        emails.list.eval(_before_at(pl.element())).list.eval(SAID).alias("locals"),
        pl.col("gender").fill_null(""),
    ).with_columns(
        _skeleton(pl.col("first")).alias("first_key"),
        _skeleton(pl.col("last")).alias("last_key"),
        _skeleton(pl.col("birth")).alias("birth_key"),
        pl.col("street").str.extract(r"^(\d+)", 1).fill_null("").alias("number"),
        pl.col("street").str.extract(r"([a-z]{3,})$", 1).fill_null("").alias("way"),
    ).drop("emails")  # fmt: skip


def _fold(text: pl.Expr) -> pl.Expr:
    """Blind to accents, capitals, hyphens and apostrophes."""
    plain = text.fill_null("").str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    return (
        plain.str.replace_all("œ", "oe")
        .str.replace_all("æ", "ae")
        .str.replace_all(r"[^a-z0-9]+", " ")
        .str.strip_chars()
    )


def _skeleton(text: pl.Expr) -> pl.Expr:
    """How a name sounds, roughly: its consonants without what French does not pronounce. For finding, never for judging."""
    sound = text.str.replace_all(" ", "")
    for pattern, by in (
        ("ph", "f"), (r"[cq]", "k"), ("x", "s"), ("z", "s"), ("y", "i"), ("w", "v"), ("h", ""), ("(?:ss)", "s"),
        (r"[dtsx]+$", ""),
    ):  # fmt: skip
        sound = sound.str.replace_all(pattern, by)
    rest = sound.str.slice(1).str.replace_all(r"[aeiou]", "")
    for letter in "bdfgklmnprstv":
        rest = rest.str.replace_all(letter * 2, letter)
    return sound.str.slice(0, 1) + rest


def _mailbox(address: pl.Expr) -> pl.Expr:
    local, domain = address.str.split_exact("@", 1).struct[0], address.str.split_exact("@", 1).struct[1]
    plain = local.str.replace(r"\+.*$", "")
    plain = pl.when(domain.is_in(DOTLESS)).then(plain.str.replace_all(r"\.", "")).otherwise(plain)
    same = pl.when(domain == "googlemail.com").then(pl.lit("gmail.com")).otherwise(domain)
    return pl.concat_str([plain, pl.lit("@"), same]).fill_null("")


def _before_at(address: pl.Expr) -> pl.Expr:
    """What stands before the @, without its punctuation; too short says nothing."""
    local = address.str.extract(r"^([^@+]+)", 1).fill_null("").str.replace_all(r"[^a-z0-9]", "")
    return pl.when(local.str.len_chars() >= 7).then(local).otherwise(pl.lit(""))
