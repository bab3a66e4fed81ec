"""Several lines of a file about one person, as one: the earlier line wins, the later ones fill in what it leaves empty."""

import json
from typing import Any

import polars as pl

from crm.people.bulk import is_mobile

LISTS = ("emails", "bad_emails", "phones", "tag_ids")
PLACE = ("street", "postcode", "city", "country", "commune_code", "departement_code", "region_code")
SINGLE = (
    "external_id", "first_name", "last_name", "birth_name", "gender", "occupation", "language", "birth_date", "support_level",
    "phone_bad", "relationship",
)  # fmt: skip
ANSWERS = ("email_ok", "sms_ok", "call_ok", "post_ok")
DAYS = ("joined_on", "unsubscribed_on")  # the earliest that is told
DECIDED = ("person_id", "how", "taken", "refused")


def collapse(people: pl.DataFrame) -> pl.DataFrame:
    """One row for each person: those that lead, with what their followers add. A refusal in any line is a refusal."""
    followed = people.filter(pl.col("leader").is_not_null())["leader"].unique()
    if followed.is_empty():
        return people
    who = pl.coalesce("leader", "line")
    shared = who.is_in(followed.implode())
    columns = ("line", *SINGLE, "note", *LISTS, *PLACE, *ANSWERS, *DAYS, *DECIDED, "custom")
    groups = people.filter(shared).sort("line").group_by(who.alias("who"), maintain_order=True)
    merged = groups.agg(
        pl.col("line").first(),
        *(pl.col(name).drop_nulls().first() for name in SINGLE),
        pl.col("note").drop_nulls().unique(maintain_order=True).str.join("\n"),
        *(pl.col(name).explode().drop_nulls().unique(maintain_order=True) for name in LISTS),
        _place().alias("place"),
        *(pl.col(name).min() for name in (*ANSWERS, *DAYS)),
        *(pl.col(name).first() for name in DECIDED),
        pl.col("custom").drop_nulls(),
    ).unnest("place")
    merged = merged.with_columns(
        note=pl.when(pl.col("note") != "").then("note"),
        custom=pl.col("custom").map_elements(_first_of_each, return_dtype=pl.String),
    )
    return pl.concat([people.filter(~shared).select(columns), merged.select(columns)]).sort("line")


def working_first(people: pl.DataFrame) -> pl.DataFrame:
    """The first e-mail and number are those to use: what the row itself says is dead comes last."""
    mobile = is_mobile(pl.element())
    numbers = pl.concat_list(
        pl.col("phones").list.eval(pl.element().filter(~mobile)),
        pl.col("phones").list.eval(pl.element().filter(mobile)),
    )
    if people["phone_bad"].any():
        people = people.with_columns(phones=pl.when("phone_bad").then(numbers).otherwise("phones"))
    several = people.filter((pl.col("bad_emails").list.len() > 0) & (pl.col("emails").list.len() > 1))
    if several.is_empty():
        return people
    listed = several.select("line", "bad_emails", address="emails").explode("address")
    is_bad = pl.col("bad_emails").list.contains(pl.col("address"))
    ordered = listed.sort(is_bad, maintain_order=True).group_by("line").agg(in_order="address")
    people = people.join(ordered, on="line", how="left", maintain_order="left")
    return people.with_columns(emails=pl.coalesce("in_order", "emails")).drop("in_order")


def _first_of_each(objects: pl.Series) -> str | None:
    """Of each of the campaign's fields, what the earliest line says. Only people who are repeated come here."""
    values: dict[str, Any] = {}
    for text in reversed(objects.to_list()):
        values |= json.loads(text)
    return json.dumps(values) if values else None


def _place() -> pl.Expr:
    """An address is taken as a whole, never the street of one line with the town of another."""
    place = pl.struct(PLACE)
    with_street = place.filter(pl.col("street").is_not_null()).first()
    any_place = place.filter(pl.any_horizontal(pl.col("street", "postcode", "city").is_not_null())).first()
    return pl.coalesce(with_street, any_place, place.first())
