"""A list of people deleted: nobody leaves the contact file, only the names that were written down go."""

from datetime import datetime

from django.db import transaction

from crm.runs.models import Run, RunQuerySet
from crm.runs.services import resume_run, start_run
from crm.runs.working import Working
from crm.segments.freezing import FREEZE, MANY
from crm.segments.models import PeopleList, PeopleListMember
from crm.segments.references import hold_references
from crm.segments.usage import Usage, usages_of_list
from tenants.users.models import User

UNLIST = "segments.unlist"
AT_ONCE = 10_000  # people


class ListInUse(Exception):
    """Something still counts on this list."""

    def __init__(self, usages: list[Usage]) -> None:
        super().__init__(f"{len(usages)} usages")
        self.usages = usages


class ListBeingWritten(Exception):
    """A worker has it in hand."""


@transaction.atomic
def delete_list(*, people_list: PeopleList, by: User, now: datetime) -> Run | None:
    """The work that takes many people off; without it, the list is gone. Raises ListInUse or ListBeingWritten."""
    hold_references()
    if is_being_written(people_list):  # before its row is locked: its worker has it, and asks for the references next
        raise ListBeingWritten
    found = PeopleList.objects.select_for_update(of=("self",)).filter(pk=people_list.pk).first()
    if found is None:
        return None
    if found.is_leaving:
        return _go_on(found, by, now)
    if usages := usages_of_list(found.pk):
        raise ListInUse(usages)
    if found.count > MANY:
        found.is_leaving = True
        found.save(update_fields=["is_leaving"])
        return start_run(kind=UNLIST, parameters={"list": found.pk}, by=by.pk, now=now)
    _delete(found.pk)
    return None


def take_people_off(working: Working) -> None:
    """In the order of their ids, each block committed with its position: killed anywhere, it goes on after the last one."""
    list_id = working.parameters["list"]
    members = PeopleListMember.objects.filter(people_list=list_id)
    total, done = working.run.total or members.count(), working.run.done
    after = working.result.get("after", 0)
    while ids := list(members.filter(person__gt=after).order_by("person").values_list("person", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            members.filter(person__gt=after, person__lte=ids[-1]).delete()
            after, done = ids[-1], done + len(ids)
            working.tell(done, max(total, done), after=after)
    with transaction.atomic():
        _delete(list_id)
        working.tell(done, max(total, done))


def is_being_written(people_list: PeopleList) -> bool:
    return not people_list.is_written and runs_of([people_list.pk], FREEZE).at_work().exists()


def runs_of(list_ids: list[int], *kinds: str) -> RunQuerySet:
    return Run.objects.of_kind(*kinds).filter(parameters__list__in=list_ids)


def _go_on(people_list: PeopleList, by: User, now: datetime) -> Run:
    run = runs_of([people_list.pk], UNLIST).first()
    if run is None:
        return start_run(kind=UNLIST, parameters={"list": people_list.pk}, by=by.pk, now=now)
    resume_run(run=run, now=now)
    return run


def _delete(list_id: int) -> None:
    """With whoever came on it meanwhile, by a merge."""
    PeopleListMember.objects.filter(people_list=list_id).delete()
    PeopleList.objects.filter(pk=list_id).delete()
