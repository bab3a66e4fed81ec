"""A picture was loaded, a link followed: one statement each, which asks for the permission, counts, and tells the first time
in the activity stream. A burst after a sending is as many short writes, each to a row of its own."""

# ruff: noqa: S608 -- statements are made of our own constants

import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from crm.people.activities import ActivityEvent, announce
from messaging.measuring.machines import AT_ONCE
from messaging.measuring.permission import MAY_MEASURE

OPENED, CLICKED = "message_opened", "message_clicked"

# `r` is hers only while she agrees: after her withdrawal, or an erasure, nothing is found and nothing is written.
FIND = f"""
WITH r AS MATERIALIZED (
  SELECT r.id, r.mailing_id, coalesce(p.merged_into_id, p.id) AS person_id, %(by_person)s AND r.sent_at <= %(at_once)s AS counts
  FROM measuring_reading r JOIN people_person p ON p.id = r.person_id
  WHERE r.delivery_id = %(delivery)s AND {MAY_MEASURE}
)"""
MACHINE = """, machine AS (
  UPDATE measuring_reading w SET machine_hits = w.machine_hits + 1 FROM r WHERE w.id = r.id AND NOT r.counts
)"""
TELL = """, told AS (
  INSERT INTO people_activity (person_id, kind, at, payload, source_kind, source_reference)
  SELECT h.person_id, %(kind)s, %(now)s, jsonb_build_object('mailing', m.id, 'title', m.title), '', 'mailing:' || m.id
  FROM hit h JOIN deliveries_mailing m ON m.id = h.mailing_id WHERE h.is_first
  RETURNING person_id, payload
)"""
OPEN = f"""{FIND}{MACHINE}, hit AS (
  UPDATE measuring_reading w SET openings = w.openings + 1, opened_at = coalesce(w.opened_at, %(now)s), last_opened_at = %(now)s
  FROM r WHERE w.id = r.id AND r.counts RETURNING r.person_id, r.mailing_id, old.opened_at IS NULL AS is_first
){TELL}
SELECT (SELECT count(*) FROM r), person_id, payload::text FROM (SELECT 1) one LEFT JOIN told ON true"""
# Whoever clicks has opened. That she clicked is a sign of life, and counts as one.
CLICK = f"""{FIND}{MACHINE}, hit AS (
  UPDATE measuring_reading w SET clicks = w.clicks + 1, clicked_at = coalesce(w.clicked_at, %(now)s), last_clicked_at = %(now)s,
    opened_at = coalesce(w.opened_at, %(now)s), last_opened_at = coalesce(w.last_opened_at, %(now)s)
  FROM r WHERE w.id = r.id AND r.counts RETURNING w.id, r.person_id, r.mailing_id, old.clicked_at IS NULL AS is_first
), counted AS (
  INSERT INTO measuring_click (reading_id, link_id, first_at, last_at, times)
  SELECT h.id, l.id, %(now)s, %(now)s, 1 FROM hit h JOIN measuring_link l ON l.mailing_id = h.mailing_id AND l.id = %(link)s
  ON CONFLICT (reading_id, link_id) DO UPDATE SET times = measuring_click.times + 1, last_at = excluded.last_at
){TELL}, alive AS (
  UPDATE people_person p SET last_activity_at = greatest(p.last_activity_at, %(now)s) FROM told WHERE p.id = told.person_id
)
SELECT (SELECT count(*) FROM r), person_id, payload::text FROM (SELECT 1) one LEFT JOIN told ON true"""


def record_opening(*, delivery_id: int, by_machine: bool, now: datetime) -> bool:
    """Whether she may be measured: False leaves no trace. Safe at the same time and again."""
    return _record(OPEN, OPENED, {"delivery": delivery_id, "by_person": not by_machine}, now)


def record_click(*, delivery_id: int, link_id: int, by_machine: bool, now: datetime) -> bool:
    return _record(CLICK, CLICKED, {"delivery": delivery_id, "link": link_id, "by_person": not by_machine}, now)


@transaction.atomic
def _record(statement: str, kind: str, parameters: dict[str, Any], now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")  # a hit that a crash of the server loses is no loss
        cursor.execute(statement, {**parameters, "kind": kind, "now": now, "at_once": now - AT_ONCE})
        found, person_id, payload = cursor.fetchone()
    if person_id is not None:
        announce(ActivityEvent(person_id=person_id, kind=kind, at=now, payload=json.loads(payload)))
    return bool(found)
