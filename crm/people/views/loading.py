"""How views come by a person, and who is at the keyboard."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from crm.access.enums import Access
from crm.access.services import log_looks
from crm.consent.entries import Source
from crm.people.models import Person
from tenants.http import TenantRequest


def person_or_404(uuid: UUID) -> Person:
    """In the tenant's own schema, so another campaign's person is simply not there. The erased are gone too.

    The address of somebody who was merged leads to the one who was kept.
    """
    person = Person.objects.filter(uuid=uuid).first()
    person = person.merged_into or person if person else None
    if person is None or person.is_erased:
        raise Http404
    return person


def looked_at(request: TenantRequest, *people: Person) -> None:
    """The page about to be shown tells all of them: written down before it is."""
    ids = [person.pk for person in people]
    log_looks(kind=Access.VIEWED, by=request.user.pk, person_ids=ids, now=timezone.now())


def by_hand(request: TenantRequest, reference: str = "") -> Source:
    return Source(kind="office", reference=reference, actor_id=request.user.pk)


def crumbs(*more: tuple[str, Any]) -> list[tuple[str, Any]]:
    """The way here: the office, people, and what follows."""
    return [(reverse("wagtailadmin_home"), _("Office")), (reverse("people:list"), _("People")), *more]


def back_from(request: TenantRequest) -> str:
    """The page whose button was pressed, as it says itself."""
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return back
    return reverse("people:list")
