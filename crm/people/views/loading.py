"""How views come by a person, and who is at the keyboard."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.consent.entries import Source
from crm.people.models import Person
from tenants.http import TenantRequest


def person_or_404(uuid: UUID) -> Person:
    """In the tenant's own schema, so another campaign's person is simply not there. The erased are gone too.

    The address of somebody who was merged leads to the one who was kept.
    """
    person = Person.objects.select_related("merged_into").filter(uuid=uuid).first()
    person = person.merged_into or person if person else None
    if person is None or person.is_erased:
        raise Http404
    return person


def by_hand(request: TenantRequest, reference: str = "") -> Source:
    return Source(kind="office", reference=reference, actor_id=request.user.pk)


def crumbs(*more: tuple[str, Any]) -> list[tuple[str, Any]]:
    """The way here: the office, people, and what follows."""
    return [(reverse("wagtailadmin_home"), _("Office")), (reverse("people:list"), _("People")), *more]
