"""The ledger when two people turn out to be one, and when they turn out to be two after all.

Nothing is moved: the lines of both stay where they are. What the merged one had said is said again for the kept one
where it binds more, and the projection follows.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from crm.consent.entries import ConsentGiven, Source
from crm.consent.enums import Basis, Channel, Purpose
from crm.consent.models import ConsentEntry, ConsentState
from crm.consent.objections import is_suppressed
from crm.consent.services import append_entry


@transaction.atomic
def merge_consents(*, keep_id: int, merged_id: int, source: Source, now: datetime) -> list[dict[str, Any]]:
    """A refusal on either side wins, whatever its date; a consent fills in where nothing was known.

    An address of either that asked to be left alone refuses for the whole channel. Both rows are locked by the caller,
    who also refreshes them. Returns what `part_consents` needs.
    """
    kept = _states(keep_id)
    said = [*_said(_states(merged_id)), *_objections((keep_id, merged_id))]
    done: list[dict[str, Any]] = []
    for consent in said:
        key = (consent.purpose, consent.channel)
        if _binds_more(kept.get(key), consent):
            before = kept.get(key)
            kept[key] = append_entry(keep_id, consent, source, now)
            done.append({"key": list(key), "entry": kept[key].entry_id, "before": _plain(before)})
    return done


@transaction.atomic
def part_consents(
    *, kept_id: int, merged_id: int, done: list[dict[str, Any]], since: datetime, source: Source, now: datetime
) -> None:
    """Each has what she had. What was refused since the merge is refused for both: nobody knows which of them it was."""
    states = _states(kept_id)
    ours = {line["entry"] for line in done}
    refusals = [
        state for state in states.values() if not state.granted and state.entry_id not in ours and state.at >= since
    ]
    for line in reversed(done):
        state = states.get((line["key"][0], line["key"][1]))
        if state is not None and state.entry_id == line["entry"]:
            _restore(kept_id, state, line["before"], source, now)
    theirs = _states(merged_id)
    for state in refusals:
        key = (state.purpose, state.channel)
        if key not in theirs or theirs[key].granted:
            append_entry(merged_id, _repeat(state), source, now)


def _states(person_id: int) -> dict[tuple[str, str], ConsentState]:
    rows = (
        ConsentState.objects.filter(person_id=person_id).select_related("entry__wording").order_by("purpose", "channel")
    )
    return {(row.purpose, row.channel): row for row in rows}


def _said(states: dict[tuple[str, str], ConsentState]) -> list[ConsentGiven]:
    return [_repeat(state) for state in states.values()]


def _repeat(state: ConsentState) -> ConsentGiven:
    return ConsentGiven(
        state.purpose, state.channel, state.granted, state.basis, state.entry.wording.text, state.entry.given_on
    )


def _binds_more(state: ConsentState | None, consent: ConsentGiven) -> bool:
    if state is None:
        return True
    if not state.granted:
        return not consent.granted and state.entry.source_kind == "import"  # which may be undone
    if not consent.granted:
        return True
    return consent.basis == Basis.CONSENT and state.basis != Basis.CONSENT


def _objections(person_ids: tuple[int, int]) -> list[ConsentGiven]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT 'email', address FROM people_emailaddress WHERE person_id = ANY(%(ids)s::bigint[])
            UNION SELECT c.channel, number FROM people_phonenumber, (VALUES ('sms'), ('phone')) c (channel)
            WHERE person_id = ANY(%(ids)s::bigint[])""",
            {"ids": list(person_ids)},
        )
        addresses = cursor.fetchall()
    channels = sorted({channel for channel, address in addresses if is_suppressed(channel, address)})
    return [
        ConsentGiven(Purpose.NEWS, Channel(one), granted=False, basis=Basis.CONSENT, wording="") for one in channels
    ]


def _plain(state: ConsentState | None) -> dict[str, Any] | None:
    if state is None:
        return None
    return {"granted": state.granted, "basis": state.basis, "entry": state.entry_id, "at": state.at.isoformat()}


def _restore(kept_id: int, state: ConsentState, before: dict[str, Any] | None, source: Source, now: datetime) -> None:
    """The ledger only grows: that the merge's word no longer stands is a line of its own."""
    if before is None:
        if state.granted:
            append_entry(kept_id, ConsentGiven(state.purpose, state.channel, False, state.basis, ""), source, now)
        ConsentState.objects.filter(person_id=kept_id, purpose=state.purpose, channel=state.channel).delete()
        return
    entry = ConsentEntry.objects.select_related("wording").get(person=kept_id, id=before["entry"])
    given = ConsentGiven(
        state.purpose, state.channel, before["granted"], before["basis"], entry.wording.text, entry.given_on
    )
    restored = append_entry(kept_id, given, source, now)
    restored.at = datetime.fromisoformat(before["at"])
    restored.save(update_fields=["at"])
