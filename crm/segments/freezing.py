"""A segment written down as a list of names: whoever joins or leaves it later changes nothing to the list."""

from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.segments.enums import ChangeKind
from crm.segments.models import PeopleList, PeopleListMember, Segment
from crm.segments.queries import people_in
from crm.segments.services import NameTaken, add_segment
from tenants.users.models import User


@transaction.atomic
def freeze_segment(*, segment: Segment, name: str, by: User | None, now: datetime) -> Segment:
    """The list, and the segment of those who are on it, under one name. Raises CriteriaInvalid or NameTaken."""
    people_list = PeopleList(name=name, segment=segment, criteria=segment.criteria, frozen_at=now, frozen_by=by)
    try:
        with transaction.atomic():
            people_list.save()
    except IntegrityError as error:
        if "segments_people_list_unique" in str(error):
            raise NameTaken from error
        raise
    people_list.count = _write_down(people_list, segment, now)
    people_list.save(update_fields=["count"])
    return add_segment(
        name=name,
        description=segment.description,
        criteria={"list": {"in": [people_list.pk]}},
        by=by,
        now=now,
        kind=ChangeKind.FROZEN,
    )


def name_for(segment: Segment, *, now: datetime) -> str:
    day = date_format(timezone.localtime(now), "DATE_FORMAT")
    return _("%(name)s, %(day)s") % {"name": segment.name[:90], "day": day}


def forget_people(person_ids: list[int], _now: datetime) -> None:
    """For an erasure, in its transaction: even that she was on a list may tell an opinion."""
    PeopleListMember.objects.filter(person__in=person_ids).delete()


def _write_down(people_list: PeopleList, segment: Segment, now: datetime) -> int:
    chosen, parameters = people_in(segment, now=now).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO segments_peoplelistmember (people_list_id, person_id)
                SELECT %s, a.id FROM ({chosen}) AS a(id) ORDER BY a.id""",  # noqa: S608 -- Django's own query, with parameters
            [people_list.pk, *parameters],
        )
        return int(cursor.rowcount)
