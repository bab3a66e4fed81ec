"""Who a mailing goes to: counted in the open before, frozen by one statement at the click, asked again at delivery."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from crm.consent.entries import Source
from crm.consent.enums import Channel, Purpose
from crm.people.models import Person
from crm.people.reach import left_out, reachable
from crm.people.selecting import people_selected, selection_from
from crm.people.tag_users import Need, TagUsage
from crm.people.tag_uses import query_with_tag, tags_in_query
from crm.segments.legal import Requirement, requirements_of, way_to_agreements
from crm.segments.queries import legal_class, people_in, tree_of
from crm.segments.references import referred_to
from crm.segments.tag_following import replaced, tags_named
from crm.segments.usage import Usage
from messaging.deliveries.enums import REQUEST_BASIS, LegalClass, MailingState
from messaging.deliveries.models import Mailing
from messaging.deliveries.requests import may_be_asked

BATCH_SIZE = 500
POLITICAL = (LegalClass.WHOLE, LegalClass.SELECTED)


@dataclass(frozen=True, slots=True)
class Subtraction:
    reason: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The people of a segment, minus each reason, equals who is written to."""

    total: int
    minus: tuple[Subtraction, ...]
    reached: int
    way_out: str = ""  # where nobody may be written to for want of an agreement


def classify(criteria: Mapping[str, Any], *, is_practical: bool) -> LegalClass:
    """A change of the segment changes the class by itself. Raises CriteriaInvalid."""
    if is_practical:
        return LegalClass.PRACTICAL
    return LegalClass.SELECTED if legal_class(criteria).is_selection else LegalClass.WHOLE


def rests_on_opinions(criteria: Mapping[str, Any]) -> bool:
    """Never for an online message that is political (regulation 2024/900, art. 18)."""
    return not legal_class(criteria).may_target_online


def purpose_for(kind: LegalClass) -> Purpose:
    """Choosing some people among the subscribers takes their consent to targeted messages."""
    return Purpose.TARGETING if kind == LegalClass.SELECTED else Purpose.NEWS


def audience(criteria: Mapping[str, Any], kind: LegalClass) -> QuerySet[Person]:
    people = reachable(people_in(criteria), Channel.EMAIL)
    for requirement in _requirements(criteria, kind):
        people = people.filter(requirement.condition)
    return people


def reckon(criteria: Mapping[str, Any], kind: LegalClass) -> Reckoning:
    people = people_in(criteria)
    total = people.count()
    minus = [
        Subtraction(each.reason, str(each.label), each.count) for each in left_out(people, Channel.EMAIL) if each.count
    ]
    reached = total - sum(each.count for each in minus)
    people = reachable(people, Channel.EMAIL)
    for requirement in _requirements(criteria, kind):
        people = people.filter(requirement.condition)
        kept = people.count()
        if reached > kept:
            minus.append(Subtraction(requirement.key, requirement.label, reached - kept))
        reached = kept
    missing = [] if reached else [each.reason for each in minus]
    return Reckoning(total, tuple(minus), reached, way_to_agreements(missing, is_selection=kind == LegalClass.SELECTED))


def _requirements(criteria: Mapping[str, Any], kind: LegalClass) -> list[Requirement]:
    """Those of a selection too where the order was to a whole list: a segment within it may have become one since."""
    return requirements_of(tree_of(criteria), now=timezone.now()) if kind in POLITICAL else []


def mailings_on_list(list_id: int) -> list[Usage]:
    """Whose people are not written down yet: from then on, a mailing asks for no list any more."""
    preparing = Mailing.objects.filter(state=MailingState.PREPARING)
    return [
        Usage(mailing.title)
        for mailing in preparing
        if list_id in referred_to([mailing.criteria, mailing.selection], "list")
    ]


def mailings_naming_tags(tag_ids: Collection[int]) -> list[TagUsage]:
    preparing = Mailing.objects.filter(state=MailingState.PREPARING)
    named = [(one, _tags_of(one) & set(tag_ids)) for one in preparing]
    return [TagUsage(pk, one.title, need=Need.BUSY) for one, ids in named for pk in sorted(ids)]


def _tags_of(mailing: Mailing) -> set[int]:
    told = selection_from(mailing.selection)
    return tags_named([mailing.criteria, told.groups]) | tags_in_query(told.query)


def replace_in_mailings(tag_id: int, by: int, _source: Source, _now: datetime) -> None:
    """Of those that were sent off while the tag was being merged."""
    for mailing in Mailing.objects.select_for_update(of=("self",)).filter(state=MailingState.PREPARING).order_by("pk"):
        if tag_id in _tags_of(mailing):
            mailing.criteria = replaced(mailing.criteria, tag_id, by)
            mailing.selection = _following(mailing.selection, tag_id, by)
            mailing.save(update_fields=["criteria", "selection"])


def _following(selection: Mapping[str, Any], tag_id: int, by: int) -> dict[str, Any]:
    if not selection:
        return {}
    told = selection_from(selection)
    query = query_with_tag(told.query, by) if tag_id in tags_in_query(told.query) else told.query
    return replace(told, query=query, groups=replaced(dict(told.groups), tag_id, by)).to_json()


def freeze_audience(mailing: Mailing) -> int:
    """Write the list down, with the basis and the proof for each person, and cut it into batches. Runs once, or not at all."""
    kind = LegalClass(mailing.legal_class)
    count = _write_request(mailing) if kind == LegalClass.REQUEST else _write_list(mailing, kind)
    _cut_into_batches(mailing)
    return count


def _write_list(mailing: Mailing, kind: LegalClass) -> int:
    chosen, parameters = audience(mailing.criteria, kind).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO deliveries_delivery (mailing_id, person_id, state, reason, basis, consent_id, code, attempts)
            SELECT %s, a.id, 'queued', '', s.basis, s.entry_id, '', 0
              FROM ({chosen}) AS a(id)
              JOIN consent_consentstate s ON s.person_id = a.id AND s.purpose = %s AND s.channel = 'email' AND s.granted
             ORDER BY a.id
            """,  # noqa: S608 -- the inner query is Django's own, its values are parameters
            [mailing.pk, *parameters, purpose_for(kind).value],
        )
        return int(cursor.rowcount)


def _write_request(mailing: Mailing) -> int:
    """Nobody whom the law lets one ask may be a list of nobody: then no statement is asked for."""
    people = may_be_asked(
        people_selected(selection_from(mailing.selection), now=mailing.asked_at), now=mailing.asked_at
    )
    try:
        chosen, parameters = people.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO deliveries_delivery (mailing_id, person_id, state, reason, basis, code, attempts)
            SELECT %s, a.id, 'queued', '', %s, '', 0 FROM ({chosen}) AS a(id) ORDER BY a.id
            """,  # noqa: S608 -- the inner query is Django's own, its values are parameters
            [mailing.pk, REQUEST_BASIS, *parameters],
        )
        return int(cursor.rowcount)


def _cut_into_batches(mailing: Mailing) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO deliveries_batch (mailing_id, first_id, last_id, size, state, attempt, not_before,
                                          intent_through, done_through, exceptions, counts)
            SELECT %s, min(id), max(id), count(*), 'queued', 0, %s, 0, 0, '{}',
                   jsonb_build_array(jsonb_build_array('queued', '', count(*), 0))
              FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS number
                      FROM deliveries_delivery WHERE mailing_id = %s) d
             GROUP BY number
            """,
            [mailing.pk, mailing.starts_at, BATCH_SIZE, mailing.pk],
        )
