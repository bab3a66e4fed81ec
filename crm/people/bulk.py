"""New people by the ten thousand: written once, with their addresses and consents beside them, by COPY.

Who they are, and that nobody knows them yet, is the caller's business; the database's constraints refuse the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from django.utils import timezone

from crm.consent.bulk import add_first_consents
from crm.consent.entries import Source
from crm.consent.enums import Channel, Purpose
from crm.consent.reach import CAN, REACH, reach_expression
from shared.copying import copy_frame, ordered_uuids

PLACE = ("street", "postcode", "city", "commune_code", "departement_code", "region_code")
TEXTS = ("first_name", "last_name", "birth_name", "gender", "occupation", "external_id")
SAID = {Channel.EMAIL: "email_ok", Channel.SMS: "sms_ok", Channel.PHONE: "call_ok", Channel.POST: "post_ok"}
TOLD = ("id", "joined_on", "unsubscribed_on")  # beside what each said
FRENCH = r"^\+(33|590|596|594|262)"
FRENCH_MOBILE = r"^\+(33[67]|590(69|709)|596(69|709)|594(69|709)|262(69|639|709))"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is the same for all of them."""

    relationship: str  # of those whose row says nothing of it
    basis: str
    wordings: Mapping[str, str]  # by channel: what people agreed to
    agreed_on: date | None  # about; where it is not told, on the day that each one joined
    source: Source
    now: datetime


def add_people(cursor: Any, people: pl.DataFrame, arrival: Arrival) -> None:
    """Insert them with what they came with, in the caller's transaction.

    `people`: id (drawn by the caller), the plain fields by their names (null: not known), tag_ids, note, emails, bad_emails and
    phones as lists, the first one being the one to use, phone_bad, custom (a JSON text), joined_on, email_ok, sms_ok, call_ok, post_ok: what each said to
    news (null: nothing), and unsubscribed_on, the day of a no to e-mails. Raises IntegrityError when an e-mail or an external number is somebody's by now.
    """
    people = _with_reach(cursor, _with_contact(people, arrival.relationship), arrival)
    copy_frame(cursor, "people_person", _persons(people, arrival))
    for table, rows in (
        ("people_emailaddress", _emails(people)),
        ("people_phonenumber", _phones(people)),
        ("people_postaladdress", _addresses(people)),
    ):
        copy_frame(cursor, table, rows.with_columns(**_sourced(arrival), created_at=_at(arrival.now)))
    notes = people.filter(pl.col("note").is_not_null()).select(person_id="id", text="note")
    copy_frame(cursor, "people_note", notes.with_columns(**_sourced(arrival), created_at=_at(arrival.now)))
    answers = people.select(*TOLD, *SAID.values()).unpivot(index=TOLD, variable_name="said", value_name="granted")
    agreed_on = pl.lit(arrival.agreed_on) if arrival.agreed_on else pl.col("joined_on")
    refused_on = pl.when(pl.col("said") == SAID[Channel.EMAIL]).then("unsubscribed_on")
    add_first_consents(
        cursor,
        answers.drop_nulls("granted").select(
            "granted",
            person_id="id",
            given_on=pl.when("granted").then(agreed_on).otherwise(refused_on),
            channel=pl.col("said").replace_strict({column: one.value for one, column in SAID.items()}),
        ),
        purpose=Purpose.NEWS,
        basis=arrival.basis,
        wordings=arrival.wordings,
        source=arrival.source,
        now=arrival.now,
    )


def is_mobile(number: pl.Expr) -> pl.Expr:
    """In the French plans the first digits tell; of the others, nobody knows."""
    return number.str.contains(FRENCH_MOBILE) | ~number.str.contains(FRENCH)


def _sourced(arrival: Arrival) -> dict[str, pl.Expr]:
    source = arrival.source
    return {
        "source_kind": pl.lit(source.kind),
        "source_reference": pl.lit(source.reference),
        "actor_id": pl.lit(source.actor_id, dtype=pl.Int64),
    }


# --- a person's row repeats the first of her addresses ---------------------------------------------------------------
def _with_contact(people: pl.DataFrame, relationship: str) -> pl.DataFrame:
    first = people.with_columns(
        pl.col("relationship").fill_null(relationship),
        email=pl.col("emails").list.first(),
        phone=pl.col("phones").list.first(),
        country=pl.when(_has_place()).then(pl.col("country")),
    )
    email_bad = pl.col("bad_emails").list.contains(pl.col("email")).fill_null(value=False)
    mobile = is_mobile(pl.col("phone"))
    return first.with_columns(
        pl.col(*PLACE, *TEXTS).fill_null(""),
        pl.col("country").fill_null("FR"),
        pl.col("language").fill_null("fr"),
        pl.col("tag_ids").fill_null([]),
        pl.col("custom").fill_null("{}"),
        has_email=pl.col("email").is_not_null(),
        email_bad=email_bad,
        has_phone=pl.col("phone").is_not_null(),
        mobile=mobile,
        number_bad=(pl.col("phone_bad") & mobile).fill_null(value=False),
        has_place=_has_place(),
    ).with_columns(
        pl.col("email", "phone").fill_null(""),
        has_post=(pl.col("street") != "") & ((pl.col("postcode") != "") | (pl.col("city") != "")),
    )


def _has_place() -> pl.Expr:
    return pl.any_horizontal(pl.col("street", "postcode", "city").is_not_null())


def _persons(people: pl.DataFrame, arrival: Arrival) -> pl.DataFrame:
    plain = (
        "id",
        *TEXTS,
        *PLACE,
        "country",
        "birth_date",
        "support_level",
        "email",
        "phone",
        "language",
        "tag_ids",
        "relationship",
        "custom",
    )
    return people.select(
        *plain,
        *REACH.values(),
        *((pl.col(REACH[channel]) == 0).alias(CAN[channel]) for channel in Channel),
        uuid=ordered_uuids(people.height, arrival.now),
        **_sourced(arrival),
        created_at=_joined_at(people, arrival.now),
        updated_at=_at(arrival.now),  # and no last activity: to be in somebody's file is no sign of life
    )


def _at(moment: datetime) -> pl.Expr:
    """As a text: told once, where polars would spell it out for each row."""
    return pl.lit(moment.isoformat())


def _joined_at(people: pl.DataFrame, now: datetime) -> pl.Series:
    """The beginning of the day that is told; now where none is, or today. Likewise as a text, once for each day."""
    today = timezone.localdate(now)
    midnight = (
        pl.col("joined_on")
        .cast(pl.Datetime("us"))
        .dt.replace_time_zone(timezone.get_current_timezone_name(), ambiguous="earliest", non_existent="null")
    )
    told = pl.when(pl.col("joined_on") < today).then(midnight.dt.convert_time_zone("UTC"))
    joined = people.select("joined_on")
    days = joined.unique().with_columns(at=told.dt.to_string("iso").fill_null(now.isoformat()))
    return joined.join(days, on="joined_on", how="left", nulls_equal=True, maintain_order="left")["at"]


# --- who may be written to: asked of the one rule, once for each kind of person that there is -------------------------
FLAGS = ("has_email", "email_bad", "has_phone", "mobile", "number_bad", "has_post", *SAID.values())
KIND = (*FLAGS, "relationship")
STATES = "".join(
    f" CROSS JOIN LATERAL (SELECT k.{column} AS granted, %(basis)s::text AS basis) s_{channel.value}"
    for channel, column in SAID.items()
)
ASK = f"""
SELECT k.n, {", ".join(reach_expression(channel, with_suppressions=False) for channel in Channel)}
FROM unnest(%(n)s::integer[], {", ".join(f"%({name})s::boolean[]" for name in FLAGS)}, %(relationship)s::text[]) AS k (n, {", ".join(KIND)})
CROSS JOIN LATERAL (SELECT NULL::timestamptz AS erased_at, NULL::timestamptz AS erase_requested_at, k.relationship) p
CROSS JOIN LATERAL (SELECT CASE WHEN k.has_email THEN 1 END AS id, CASE WHEN k.email_bad THEN 'bad' END AS status) e
CROSS JOIN LATERAL (
  SELECT CASE WHEN k.has_phone THEN 1 END AS id, k.mobile AS is_mobile, CASE WHEN k.number_bad THEN 'bad' END AS status
) t
CROSS JOIN LATERAL (SELECT NULL::text AS status, v AS street, v AS postcode, v AS city FROM (SELECT CASE WHEN k.has_post THEN 'x' ELSE '' END AS v) x) a
{STATES}"""  # noqa: S608 -- our own constants only


def _with_reach(cursor: Any, people: pl.DataFrame, arrival: Arrival) -> pl.DataFrame:
    kinds = people.select(KIND).unique()
    asked: dict[str, Any] = {name: kinds[name].to_list() for name in KIND}
    cursor.execute(ASK, {**asked, "n": list(range(kinds.height)), "basis": arrival.basis})
    reaches = pl.DataFrame(cursor.fetchall(), schema=["n", *REACH.values()], orient="row").sort("n").drop("n")
    return people.join(kinds.with_columns(reaches), on=KIND, how="left", nulls_equal=True, maintain_order="left")


# --- addresses ------------------------------------------------------------------------------------------------------
def _emails(people: pl.DataFrame) -> pl.DataFrame:
    listed = (
        people.select("id", "bad_emails", address="emails", primary="email").explode("address").drop_nulls("address")
    )
    return listed.select(
        "address",
        person_id="id",
        is_primary=pl.col("address") == pl.col("primary"),
        status=_status(pl.col("bad_emails").list.contains(pl.col("address"))),
    )


def _phones(people: pl.DataFrame) -> pl.DataFrame:
    listed = people.select("id", "phone_bad", number="phones", primary="phone").explode("number").drop_nulls("number")
    return listed.with_columns(is_mobile=is_mobile(pl.col("number"))).select(
        "number",
        "is_mobile",
        person_id="id",
        is_primary=pl.col("number") == pl.col("primary"),
        status=_status(pl.col("phone_bad") & pl.col("is_mobile")),
    )


def _status(is_bad: pl.Expr) -> pl.Expr:
    return pl.when(is_bad).then(pl.lit("bad")).otherwise(pl.lit("unknown"))


def _addresses(people: pl.DataFrame) -> pl.DataFrame:
    return people.filter("has_place").select(*PLACE, "country", person_id="id", is_primary=pl.lit(value=True))
