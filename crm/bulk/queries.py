from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm.access.naming import Named
from crm.access.queries import members_named
from crm.bulk.enums import Action
from crm.bulk.wording import outcome_of
from crm.consent.enums import Relationship
from crm.people.models import Tag
from crm.people.queries import names_by_id
from crm.runs.enums import RunState
from crm.runs.models import Run


@dataclass(frozen=True, slots=True)
class Act:
    """A run in the words of whoever asked for it."""

    run: Run
    action: str
    detail: str
    by: str

    @property
    def changed(self) -> int:
        return int(self.run.result.get("changed", 0))

    @property
    def outcome(self) -> str:
        return outcome_of(self.run, self.changed)

    @property
    def same(self) -> int:
        return int(self.run.result.get("seen", 0)) - self.changed

    @property
    def may_undo(self) -> bool:
        return bool(self.changed) and not self.run.is_at_work and self.run.state != RunState.UNDONE


def acts_of(runs: Sequence[Run]) -> list[Act]:
    """With the names that tags and members have today."""
    people = names_by_id({run.parameters["person"] for run in runs if "person" in run.parameters})
    tags = dict(Tag.objects.filter(pk__in=[run.parameters.get("tag", 0) for run in runs]).values_list("pk", "name"))
    members = members_named({run.asked_by_id for run in runs if run.asked_by_id})
    return [
        Act(
            run,
            str(Action(run.parameters["action"]).label),
            _detail(run, tags, people),
            members.get(run.asked_by_id or 0, ""),
        )
        for run in runs
    ]


def _detail(run: Run, tags: Mapping[int, str], people: Mapping[int, Named]) -> str:
    told = run.parameters
    if named := people.get(told.get("person", 0)):
        return named.name
    if relationship := told.get("relationship"):
        return str(Relationship(relationship).label)
    return tags.get(told.get("tag", 0), "")
