"""Who may be written to, as SQL: the columns `*_reach` and `can_*` of people, computed from ledger, addresses, objections.

People's own refresh puts the same text into its larger update, so that a row is written once.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from crm.consent.enums import DISTANT, Channel, Purpose
from crm.consent.models import Suppression
from crm.consent.suppression import sql_key

# alias of the address that the channel uses, its text, what else must hold for it to count as one
ADDRESSES = {
    Channel.EMAIL: ("e", "e.address", "e.id IS NOT NULL"),
    Channel.SMS: ("t", "t.number", "t.id IS NOT NULL AND t.is_mobile"),
    Channel.PHONE: ("t", "t.number", "t.id IS NOT NULL"),
    Channel.POST: ("a", "", "a.street <> '' AND (a.postcode <> '' OR a.city <> '')"),
}
CAN = {Channel.EMAIL: "can_email", Channel.SMS: "can_sms", Channel.PHONE: "can_call", Channel.POST: "can_post"}
REACH = {
    Channel.EMAIL: "email_reach",
    Channel.SMS: "sms_reach",
    Channel.PHONE: "call_reach",
    Channel.POST: "post_reach",
}

ADDRESS_JOINS = """
    LEFT JOIN people_emailaddress e ON e.person_id = p.id AND e.is_primary
    LEFT JOIN people_phonenumber t ON t.person_id = p.id AND t.is_primary
    LEFT JOIN people_postaladdress a ON a.person_id = p.id AND a.is_primary"""
STATE_JOINS = "".join(
    f"""
    LEFT JOIN consent_consentstate s_{channel} ON s_{channel}.person_id = p.id
      AND s_{channel}.purpose = '{Purpose.NEWS}' AND s_{channel}.channel = '{channel}'"""
    for channel in Channel.values
)


def reach_expression(channel: Channel, *, with_suppressions: bool) -> str:
    """The number of `Reach` for alias `p`; the first reason that applies wins, so that reasons add up."""
    alias, text, exists = ADDRESSES[channel]
    state = f"s_{channel.value}"
    suppressed = ""
    if with_suppressions and text:
        suppressed = f"""
      WHEN EXISTS (SELECT FROM consent_suppression x WHERE x.channel = '{channel.value}' AND x.address_hash =
        sha256(%(outer)s::bytea || sha256(%(inner)s::bytea || convert_to({text}, 'UTF8')))) THEN 3"""
    return f"""CASE
      WHEN p.erased_at IS NOT NULL OR p.erase_requested_at IS NOT NULL THEN 1
      WHEN ({exists}) IS NOT TRUE THEN 2{suppressed}
      WHEN {alias}.status = 'bad' THEN 5
      WHEN NOT {state}.granted THEN 4
      WHEN {state}.granted IS NULL THEN 7
      WHEN p.relationship IN ({", ".join(f"'{kind}'" for kind in DISTANT)}) AND {state}.basis <> 'consent' THEN 6
      ELSE 0 END"""


def reach_parameters() -> tuple[bool, dict[str, Any]]:
    """Whether the campaign has suppressions at all, and the parameters that `reach_expression` then needs."""
    if not Suppression.objects.exists():
        return False, {}
    key = sql_key()
    return True, {"inner": key.inner, "outer": key.outer}


def refresh_reach(person_ids: Sequence[int]) -> None:
    """After a change of the ledger, an address or an objection."""
    with_suppressions, parameters = reach_parameters()
    values = ", ".join(
        f"{reach_expression(channel, with_suppressions=with_suppressions)} AS {REACH[channel]}" for channel in Channel
    )
    sets = ", ".join(f"{REACH[one]} = n.{REACH[one]}, {CAN[one]} = (n.{REACH[one]} = 0)" for one in Channel)
    old = ", ".join(f"q.{REACH[one]}" for one in Channel)
    new = ", ".join(f"n.{REACH[one]}" for one in Channel)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE people_person q SET {sets}
            FROM (SELECT p.id, {values} FROM people_person p {ADDRESS_JOINS} {STATE_JOINS}
                  WHERE p.id = ANY(%(ids)s::bigint[])) n
            WHERE q.id = n.id AND ({old}) IS DISTINCT FROM ({new})""",  # noqa: S608 -- our own constants only
            {"ids": list(person_ids), **parameters},
        )
