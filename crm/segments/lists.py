"""The lists of people, as the office shows them."""

from dataclasses import dataclass

from crm.runs.models import Run
from crm.segments.freezing import FREEZE
from crm.segments.models import PeopleList, Segment
from crm.segments.references import segments_on_lists
from crm.segments.unlisting import UNLIST, runs_of


@dataclass(frozen=True, slots=True)
class ListLine:
    """`run` is what a worker does or did not finish with it."""

    people_list: PeopleList
    used_by: list[Segment]
    run: Run | None = None


def list_lines() -> list[ListLine]:
    lists = list(PeopleList.objects.select_related("segment").order_by("name"))
    unfinished = [one.pk for one in lists if one.is_leaving or not one.is_written]
    runs: dict[int, Run] = {}
    for run in runs_of(unfinished, FREEZE, UNLIST) if unfinished else ():
        runs.setdefault(run.parameters["list"], run)  # the newest first
    used = segments_on_lists() if lists else {}
    return [ListLine(one, used.get(one.pk, []), runs.get(one.pk)) for one in lists]


def list_count() -> int:
    return PeopleList.objects.count()


def lists_left_alone(segment: Segment) -> list[PeopleList]:
    """Those that nothing else counts on: they stay when the segment goes."""
    used = segments_on_lists()
    alone = [pk for pk, segments in used.items() if [one.pk for one in segments] == [segment.pk]]
    return list(PeopleList.objects.filter(pk__in=alone).order_by("name"))
