"""A segment written down as a list of names: whoever joins or leaves it later changes nothing to the list."""

from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.runs.models import Run
from crm.runs.services import start_run
from crm.runs.working import RunFailed, Working
from crm.segments.counting import figures_of
from crm.segments.enums import ChangeKind
from crm.segments.models import PeopleList, PeopleListMember, Segment
from crm.segments.queries import legal_class, people_in, tree_of
from crm.segments.services import NameTaken, add_segment
from tenants.users.models import User

MANY = 20_000  # people: more are written down by a worker
FREEZE = "segments.freeze"


@transaction.atomic
def freeze_segment(*, segment: Segment, name: str, by: User | None, now: datetime) -> Segment:
    """The list, and the segment of those who are on it, under one name. Raises CriteriaInvalid or NameTaken."""
    return _write_down(_begin(segment, name, by, now), now)


@transaction.atomic
def start_freezing(*, segment: Segment, name: str, by: User, now: datetime) -> Run:
    """The same by a worker; the name is the list's at once. Raises CriteriaInvalid or NameTaken."""
    tree_of(segment)
    if Segment.objects.filter(name__iexact=name).exists():
        raise NameTaken
    people_list = _begin(segment, name, by, now)
    return start_run(kind=FREEZE, parameters={"list": people_list.pk}, by=by.pk, now=now)


def write_list(working: Working) -> None:
    """In one transaction, so that all of it is of one moment: a worker that was killed has written nothing."""
    people_list = (
        PeopleList.objects.select_related("segment", "frozen_by").filter(pk=working.parameters["list"]).first()
    )
    if people_list is None:  # deleted after it was interrupted
        raise RunFailed("deleted")
    if people_list.is_written:
        return
    tree = tree_of(people_list.criteria)
    working.tell(0, figures_of(tree, now=working.clock()).total)
    try:
        with transaction.atomic():
            frozen = _write_down(people_list, working.clock())
            working.tell(people_list.count, people_list.count, segment=frozen.pk)
    except NameTaken as error:
        raise RunFailed("name_taken") from error


def name_for(segment: Segment, *, now: datetime) -> str:
    day = date_format(timezone.localtime(now), "DATE_FORMAT")
    return _("%(name)s, %(day)s") % {"name": segment.name[:90], "day": day}


def forget_people(person_ids: list[int], _now: datetime) -> None:
    """For an erasure, in its transaction: even that she was on a list may tell an opinion."""
    PeopleListMember.objects.filter(person__in=person_ids).delete()


def _begin(segment: Segment, name: str, by: User | None, now: datetime) -> PeopleList:
    people_list = PeopleList(
        name=name, segment=segment, criteria=segment.criteria, frozen_at=now, frozen_by=by, is_written=False
    )
    try:
        with transaction.atomic():
            people_list.save()
    except IntegrityError as error:
        if "segments_people_list_unique" in str(error):
            raise NameTaken from error
        raise
    return people_list


def _write_down(people_list: PeopleList, now: datetime) -> Segment:
    legal = legal_class(people_list.criteria)
    people_list.has_opinion, people_list.needs_own_data = bool(legal.opinions), legal.needs_own_data
    people_list.count, people_list.is_written = _write_members(people_list), True
    people_list.save(update_fields=["count", "is_written", "has_opinion", "needs_own_data"])
    return add_segment(
        name=people_list.name,
        description=people_list.segment.description if people_list.segment else "",
        criteria={"list": {"in": [people_list.pk]}},
        by=people_list.frozen_by,
        now=now,
        kind=ChangeKind.FROZEN,
    )


def _write_members(people_list: PeopleList) -> int:
    people = people_in(people_list.criteria, now=people_list.frozen_at)
    chosen, parameters = people.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO segments_peoplelistmember (people_list_id, person_id)
                SELECT %s, a.id FROM ({chosen}) AS a(id) ORDER BY a.id""",  # noqa: S608 -- Django's own query, with parameters
            [people_list.pk, *parameters],
        )
        return int(cursor.rowcount)
