"""Duplicates on other screens: the dashboard, and the page of a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from crm.duplicates.models import DuplicatePair
from crm.duplicates.queries import COUNTED, count_to_review, merges_of, pairs_of
from crm.people.models import Person, PersonMerge
from crm.people.quality import Figure
from tenants.http import TenantRequest
from tenants.office.panels import form_context
from tenants.users.permissions import can


class DuplicatesPanel(Component):
    name = "duplicates"
    order = 110
    column = "side"
    template_name = "duplicates/panels/to_review.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"count": count_to_review(), "most": COUNTED}


def to_review_figure() -> Figure:
    """Beside the other things to mend; up to a thousand."""
    return Figure(_("pairs that may be duplicates"), count_to_review(), reverse("duplicates:index"))


@dataclass
class PairsAside(Component):
    person: Person
    pairs: list[DuplicatePair]
    template_name = "duplicates/panels/person_pairs.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        others = [(pair, pair.second if pair.first_id == self.person.pk else pair.first) for pair in self.pairs]
        return {"others": others}


@dataclass
class MergesAside(Component):
    merges: list[PersonMerge]
    template_name = "duplicates/panels/person_merges.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        # In their reverse order only: the latest one is offered.
        return {"merge": self.merges[0], "more": len(self.merges) > 1, **form_context(parent_context)}


def pairs_aside(request: TenantRequest, person: Person) -> Component | None:
    pairs = pairs_of(person) if can(request.user, "people.merge") else []
    return PairsAside(person, pairs) if pairs else None


def merges_aside(request: TenantRequest, person: Person) -> Component | None:
    merges = merges_of(person) if can(request.user, "people.merge") else []
    return MergesAside(merges) if merges else None
