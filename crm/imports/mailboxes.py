"""Several people of a file on one e-mail address, which is one person's here: the first has it, whoever is surely another waits.

Of two lines with other first names alone nobody knows: they stay one, with a remark.
"""

import polars as pl

TOLD = ("first_name", "last_name", "birth_date", "external_id")


def apart(people: pl.DataFrame) -> pl.DataFrame:
    """Rows with their fates: `beside`, the line whose address it is, of those that are set aside; `other_name`, hers, of the doubtful."""
    followers = people.filter(pl.col("leader").is_not_null() & ~pl.col("refused")).select("line", "leader", *TOLD)
    if followers.is_empty():
        unsaid = pl.lit(None, dtype=pl.String)
        return people.with_columns(beside=unsaid.cast(people.schema["leader"]), other_name=unsaid)
    leaders = people.select(*TOLD, leader="line")
    pairs = followers.join(leaders, on="leader", suffix="_of").filter(
        _differ("first_name") & ~pl.col("external_id").eq(pl.col("external_id_of")).fill_null(value=False)
    )
    born = (pl.col("birth_date") != pl.col("birth_date_of")).fill_null(value=False)
    is_another = born | _differ("last_name")
    name = pl.concat_str("first_name_of", "last_name_of", separator=" ", ignore_nulls=True)
    told = pairs.select(
        "line", beside=pl.when(is_another).then("leader"), other_name=pl.when(~is_another).then(name)
    ).cast({"beside": people.schema["leader"], "other_name": pl.String})
    people = people.join(told, on="line", how="left", maintain_order="left")
    if told["beside"].null_count() == told.height:
        return people
    is_aside = pl.col("beside").is_not_null()
    # Whoever reads that mailbox wants no mail in it.
    refusing = people.filter(is_aside & ~pl.col("email_ok"))["beside"]
    return people.with_columns(
        email_ok=pl.when(pl.col("line").is_in(refusing.implode())).then(pl.lit(value=False)).otherwise("email_ok"),
        refused=pl.col("refused") | is_aside,
        **{name: pl.when(~is_aside).then(name) for name in ("leader", "person_id", "how")},
    )


def _differ(name: str) -> pl.Expr:
    """Both are told, and neither is short for the other."""
    one, other = _letters(name), _letters(f"{name}_of")
    is_same = one.str.starts_with(other) | other.str.starts_with(one)
    return ((one != "") & (other != "") & ~is_same).fill_null(value=False)


def _letters(name: str) -> pl.Expr:
    return pl.col(name).str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\P{L}", "")
