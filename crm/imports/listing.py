"""The people of an import in the list of people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.imports.criteria import LONGEST, entries_of
from crm.imports.models import Import
from crm.people.groups import Group
from crm.segments.listing import CriteriaGroup


@dataclass(frozen=True, slots=True)
class ImportGroup(CriteriaGroup):
    def to_json(self) -> dict[str, Any]:
        return {"import": self.pk, "name": self.name}


def find_group(value: str) -> Group | None:
    number = int(value) if value.isascii() and value.isdigit() and len(value) <= LONGEST else 0
    if not Import.objects.filter(pk=number).exclude(started_at=None).exists():
        return None
    return _group(number, entries_of([number]).short(number))


def read_group(told: Mapping[str, Any]) -> Group:
    return _group(told["import"], told["name"])


def _group(pk: int, name: str) -> Group:
    return ImportGroup(pk, name, {"import": {"in": {"imports": [pk]}}})
