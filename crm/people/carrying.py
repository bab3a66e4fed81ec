"""A campaign restored from a backup still knows who refused and who was erased since: the law does not go back in time."""

from datetime import datetime

from django.db import connection

from crm.consent.entries import Source
from crm.consent.services import withdraw_consent
from crm.people.erasing import erase_person, request_erasure
from crm.people.models import Person
from crm.people.refreshing import refresh_everyone

SUPPRESSED = """
INSERT INTO consent_suppression (channel, address_hash, reason, created_at)
SELECT channel, address_hash, reason, created_at FROM {before}.consent_suppression WHERE created_at > %s
ON CONFLICT DO NOTHING
"""
# The same human being has the same uuid; a number may be given anew. Whoever was merged since is two people again: what
# the kept row was told holds for both, and that the merged row stands empty is no erasure.
WITHDRAWN = """
SELECT p.id, e.purpose, e.channel, e.source_kind, e.source_reference, e.actor_id, e.at, e.given_on, w.text
FROM {before}.people_person b JOIN people_person p ON (p.id, p.uuid) = (b.id, b.uuid)
JOIN {before}.consent_consententry e ON e.person_id = b.id OR e.person_id = b.merged_into_id
LEFT JOIN {before}.consent_wording w ON w.hash = e.wording_id
WHERE NOT e.granted AND e.at > %s AND e.source_kind <> 'merge' ORDER BY e.id
"""
ERASED = """
SELECT p.id, now.erased_at IS NOT NULL
FROM {before}.people_person b JOIN people_person p ON (p.id, p.uuid) = (b.id, b.uuid)
JOIN {before}.people_person now ON now.id = coalesce(b.merged_into_id, b.id)
WHERE p.erased_at IS NULL
  AND (now.erased_at IS NOT NULL OR (now.erase_requested_at IS NOT NULL AND p.erase_requested_at IS NULL))
"""


def carry_refusals(before: str, since: datetime, now: datetime) -> None:
    quoted = connection.ops.quote_name(before)
    with connection.cursor() as cursor:
        cursor.execute(SUPPRESSED.format(before=quoted), [since])
        suppressed = cursor.rowcount
        cursor.execute(WITHDRAWN.format(before=quoted), [since])
        withdrawn = cursor.fetchall()
        cursor.execute(ERASED.format(before=quoted))
        erased = cursor.fetchall()
    for person_id, purpose, channel, kind, reference, actor_id, at, given_on, wording in withdrawn:
        source = Source(kind, reference, actor_id)
        withdraw_consent(
            person_id=person_id,
            channel=channel,
            purpose=purpose,
            source=source,
            now=at,
            wording=wording or "",
            given_on=given_on,
        )
    for person_id, is_erased in erased:
        if is_erased:
            erase_person(person_id=person_id, now=now)
        else:
            source = Source("office", "restoration")
            request_erasure(person=Person.objects.get(pk=person_id), source=source, now=now)
    if suppressed:
        refresh_everyone()
