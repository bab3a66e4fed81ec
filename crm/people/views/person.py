"""The page of one person."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access.enums import Access
from crm.access.files import as_file
from crm.access.queries import accesses_to, lines_of, looks_at
from crm.access.services import log_access
from crm.consent.enums import Channel, Purpose
from crm.consent.services import withdraw_consent
from crm.geo.countries import abroad
from crm.geo.queries import find_commune, find_departement, find_region
from crm.people.activities import GROUPS
from crm.people.asides import asides_for, sections_for
from crm.people.custom import custom_rows
from crm.people.enums import SUPPORT_LEVELS
from crm.people.erasing import DELAY
from crm.people.fields import CHOICES
from crm.people.forms import NoteForm
from crm.people.history import history_of
from crm.people.models import Person
from crm.people.profile import agreements_of, contact_points_of, provenance_of, tagged_by
from crm.people.queries import all_tags, rows_of
from crm.people.tagging import add_tags, change_tags, names_typed
from crm.people.timeline import timeline
from crm.people.views.loading import by_hand, crumbs, looked_at, person_or_404
from shared.numbers import INTEGER, number
from tenants.http import TenantRequest
from tenants.office.access import needs
from tenants.office.confirming import confirmed
from tenants.users.permissions import can

PAGE = 100
SHOWN = 5  # looks, on the page itself


@needs("people.view")
@require_GET
def show(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    if person.uuid != uuid:
        return redirect(person)
    looked_at(request, person)
    group = request.GET.get("group", "")
    tags = all_tags()
    context = {
        "breadcrumbs": crumbs(("", person.full_name)),
        "person": person,
        "asides": asides_for(request, person),
        "sections": sections_for(request, person),
        "initials": f"{person.first_name[:1]}{person.last_name[:1]}".upper() or "?",
        "agreements": agreements_of(person),
        "timeline": timeline(person, group=group, before=_moment(request.GET.get("before", ""))),
        "group": group,
        "groups": GROUPS,
        "contacts": contact_points_of(person),
        "place": _place(person),
        "custom": custom_rows(person),
        "relationship": CHOICES["relationship"].get(person.relationship, ""),
        "gender": CHOICES["gender"].get(person.gender, ""),
        "support": SUPPORT_LEVELS.get(person.support_level or 0, ""),
        "provenance": provenance_of(person),
        "person_tags": tagged_by(person, tags),
        "tags": tags,
        "note_form": NoteForm(initial={"key": uuid4().hex}),
        "erased_on": person.erase_requested_at + DELAY if person.erase_requested_at else None,
        "requests": person.erasure_requests.count() if person.erase_requested_at else 0,
        "delay_days": DELAY.days,
        "may_edit": can(request.user, "people.edit"),
        "may_erase": can(request.user, "people.erase"),
        "looks": looks_at(rows_of(person), most=SHOWN) if can(request.user, "access.person") else None,
    }
    return render(request, "people/person.html", context)


@needs("people.view")
@require_GET
def history(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    looked_at(request, person)
    field, before = request.GET.get("field", ""), request.GET.get("before", "")
    context = {
        "breadcrumbs": crumbs((person.get_absolute_url(), person.full_name), ("", _("History"))),
        "person": person,
        "history": history_of(person, field=field, before=number(before)),
        "field": field,
        "provenance": provenance_of(person),
    }
    return render(request, "people/history.html", context)


@needs("access.person")
@require_GET
def looks(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """Who looked at her and took files of hers: for the owner, and for the answer to a request for access."""
    person = person_or_404(uuid)
    page = Paginator(accesses_to(rows_of(person)), PAGE).get_page(request.GET.get("p"))
    context = {
        "breadcrumbs": crumbs((person.get_absolute_url(), person.full_name), ("", _("Who looked at this page"))),
        "person": person,
        "page": page,
        "lines": lines_of(page.object_list),
    }
    return render(request, "people/looks.html", context)


@needs("access.person")
@confirmed
@require_GET
def looks_file(request: TenantRequest, uuid: UUID) -> StreamingHttpResponse:
    person = person_or_404(uuid)
    now = timezone.now()
    log_access(kind=Access.LOG_TAKEN, by=request.user.pk, now=now, count=1)
    return as_file(accesses_to(rows_of(person)), _("access-log"))


@needs("people.edit")
@require_POST
def tag(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    now, source = timezone.now(), by_hand(request)
    if removed := number(request.POST.get("remove"), most=INTEGER):
        change_tags(person_ids=[person.pk], add=(), remove=[removed], source=source, now=now)
    else:
        names = names_typed(request.POST.get("tags", ""))
        add_tags(person_ids=[person.pk], tags=names, source=source, now=now)
    return redirect(person)


@needs("people.edit")
@require_POST
def withdraw(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """She told somebody of the team that she wants no more of it."""
    person = person_or_404(uuid)
    channel, purpose = request.POST.get("channel", ""), request.POST.get("purpose", "")
    if channel in Channel.values and purpose in Purpose.values:
        withdraw_consent(
            person_id=person.pk,
            channel=channel,
            purpose=purpose,
            source=by_hand(request),
            now=timezone.now(),
            wording=_("Asked the team, and noted in the office."),
        )
        messages.success(request, _("Noted: nothing more will be sent by this channel for this purpose."))
    return redirect(person)


def _place(person: Person) -> dict[str, Any]:
    return {
        "commune": find_commune(person.commune_code),
        "departement": find_departement(person.departement_code),
        "region": find_region(person.region_code),
        "abroad": abroad(person.country),
    }


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else timezone.make_aware(moment)
