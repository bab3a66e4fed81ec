"""The columns of a person that repeat her addresses and say what may be sent: one statement for one or a million."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from crm.consent.enums import Channel
from crm.consent.reach import ADDRESS_JOINS, CAN, REACH, STATE_JOINS, reach_expression, reach_parameters

CONTACT = {
    "email": "coalesce(e.address, '')",
    "phone": "coalesce(t.number, '')",
    "street": "coalesce(a.street, '')",
    "postcode": "coalesce(a.postcode, '')",
    "city": "coalesce(a.city, '')",
    "commune_code": "coalesce(a.commune_code, '')",
    "departement_code": "coalesce(a.departement_code, '')",
    "region_code": "coalesce(a.region_code, '')",
    "country": "coalesce(a.country, p.country)",
}


def refresh_people(person_ids: Sequence[int]) -> None:
    """Recompute after whatever was written beside the person: addresses, consents, objections."""
    if not person_ids:
        return
    with connection.cursor() as cursor:
        _refresh(cursor, "p.id = ANY(%(ids)s::bigint[])", {"ids": list(person_ids)})


def refresh_people_from_table(cursor: Any, table: str) -> int:
    """The same for the people of a (temporary) table with a column person_id; returns how many rows changed."""
    condition = sql.SQL("p.id IN (SELECT person_id FROM {})").format(sql.Identifier(table))
    return _refresh(cursor, condition.as_string(None), {})


def refresh_everyone() -> int:
    """After a change of rules, or when in doubt."""
    with connection.cursor() as cursor:
        return _refresh(cursor, "TRUE", {})


def _refresh(cursor: Any, condition: str, parameters: dict[str, Any]) -> int:
    with_suppressions, more = reach_parameters()
    columns = dict(CONTACT)
    for channel in Channel:
        columns[REACH[channel]] = reach_expression(channel, with_suppressions=with_suppressions)
    values = ", ".join(f"{expression} AS {column}" for column, expression in columns.items())
    sets = ", ".join(f"{column} = n.{column}" for column in columns)
    cans = ", ".join(f"{CAN[channel]} = (n.{REACH[channel]} = 0)" for channel in Channel)
    old, new = (", ".join(f"{alias}.{column}" for column in columns) for alias in ("q", "n"))
    cursor.execute(
        f"""UPDATE people_person q SET {sets}, {cans}
        FROM (SELECT p.id, {values} FROM people_person p {ADDRESS_JOINS} {STATE_JOINS} WHERE {condition}) n
        WHERE q.id = n.id AND ({old}) IS DISTINCT FROM ({new})""",  # noqa: S608 -- our own constants, and an escaped name
        {**parameters, **more},
    )
    return int(cursor.rowcount)
