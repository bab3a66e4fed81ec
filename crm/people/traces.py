"""What is left of somebody who is erased: keyed hashes, so that no file brings her back to life."""

# ruff: noqa: S608 -- statements are made of our own constants only

from datetime import datetime

from django.db import connection

from crm.consent.enums import Channel
from crm.consent.services import suppress_address
from crm.consent.suppression import HASH, folded, name_with, sql_key
from crm.people.models import EmailAddress, PhoneNumber

# Of whoever was merged with her too, as long as the merge tells it: each name with each address.
KNOWN_BY = f"""
WITH rows AS (
  SELECT p.first_name, p.last_name, p.external_id FROM people_person p WHERE p.id = ANY(%(ids)s::bigint[])
  UNION SELECT m.before -> 'merged' ->> 'first_name', m.before -> 'merged' ->> 'last_name', m.before -> 'merged' ->> 'external_id'
  FROM people_personmerge m WHERE m.kept_id = ANY(%(ids)s::bigint[]) AND m.before ? 'merged'
), names AS (
  SELECT DISTINCT {folded("first_name || ' ' || last_name")} AS name FROM rows
), told AS (
  SELECT 'post' AS channel, {name_with("n.name", "home", folded("a.street || '|' || a.postcode"))} AS text
  FROM names n CROSS JOIN people_postaladdress a WHERE a.person_id = ANY(%(ids)s::bigint[]) AND a.street <> '' AND a.postcode <> ''
  UNION SELECT 'post', {name_with("n.name", "number", "r.external_id")} FROM names n CROSS JOIN rows r WHERE r.external_id <> ''
  UNION SELECT 'phone', {name_with("n.name", "phone", "t.number")}
  FROM names n CROSS JOIN people_phonenumber t WHERE t.person_id = ANY(%(ids)s::bigint[])
)
INSERT INTO consent_suppression (channel, address_hash, reason, created_at)
SELECT told.channel, {HASH.format("told.text")}, 'erased', %(now)s::timestamptz FROM told WHERE told.text IS NOT NULL ON CONFLICT DO NOTHING"""


def keep_traces(person_ids: list[int], now: datetime) -> None:
    """In the erasure's transaction, while her name and addresses can still be read."""
    for address in EmailAddress.objects.filter(person__in=person_ids).values_list("address", flat=True):
        suppress_address(channel=Channel.EMAIL, address=address, reason="erased", now=now)
    for number in PhoneNumber.objects.filter(person__in=person_ids).values_list("number", flat=True):
        for channel in (Channel.SMS, Channel.PHONE):
            suppress_address(channel=channel, address=number, reason="erased", now=now)
    key = sql_key()
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_BY, {"ids": person_ids, "now": now, "inner": key.inner, "outer": key.outer})
