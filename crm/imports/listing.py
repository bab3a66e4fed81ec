"""The people of an import in the list of people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.imports.criteria import entries_of, ids_named
from crm.imports.models import Import
from crm.people.groups import Group
from crm.segments.listing import CriteriaGroup


@dataclass(frozen=True, slots=True)
class ImportGroup(CriteriaGroup):
    def to_json(self) -> dict[str, Any]:
        return {"import": self.pk, "name": self.name}


def find_group(value: str) -> Group | None:
    run = Import.objects.filter(pk__in=ids_named([value])).exclude(started_at=None).first()
    return _group(run.pk, entries_of([run.pk]).short(run.pk)) if run else None


def read_group(told: Mapping[str, Any]) -> Group:
    return _group(told["import"], told["name"])


def _group(pk: int, name: str) -> Group:
    return ImportGroup(pk, name, {"import": {"in": {"imports": [pk]}}})
