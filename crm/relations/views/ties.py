"""What binds one person to others: looked up first, then said. Works without a script."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.people.models import Person
from crm.people.searching import people_matching
from crm.people.views.loading import by_hand, crumbs, person_or_404
from crm.relations.enums import Tie
from crm.relations.forms import AffiliationForm, TieForm
from crm.relations.models import Affiliation
from crm.relations.queries import organisation_page, organisations_matching
from crm.relations.services import (
    HouseholdTooLarge,
    OneselfRelated,
    affiliate_person,
    end_affiliation,
    end_relation,
    join_households,
    leave_household,
    relate_people,
)
from crm.relations.views.organisations import organisation_or_404
from shared.numbers import number
from tenants.http import TenantRequest
from tenants.office.access import needs

FOUND = 20


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def relate(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    form = TieForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _tie(request, person, person_or_404(form.cleaned_data["other"]), form.cleaned_data["tie"])
        except OneselfRelated:
            messages.warning(request, _("These two are the same person."))
        except HouseholdTooLarge:
            messages.warning(request, _("That is too many people for one household: nothing was changed."))
        return redirect(person)
    text = request.GET.get("q", "").strip()[:200]
    found = people_matching(text).exclude(pk=person.pk).order_by("pk")[:FOUND] if text else []
    context = {
        "breadcrumbs": crumbs((person.get_absolute_url(), person.full_name), ("", _("Add a relation"))),
        "person": person,
        "form": form,
        "text": text,
        "found": list(found),
    }
    return render(request, "relations/relate.html", context)


@needs("people.edit")
@require_POST
def unrelate(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    other = get_object_or_404(Person, pk=number(request.POST.get("other")))
    whose, to = (other, person) if request.POST.get("back") else (person, other)
    end_relation(person=whose, kind=request.POST.get("kind", ""), other=to, source=by_hand(request), now=timezone.now())
    return redirect(person)


@needs("people.edit")
@require_POST
def leave(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    leave_household(person=person, source=by_hand(request), now=timezone.now())
    return redirect(person)


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def affiliate(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    form = AffiliationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        affiliate_person(
            person=person,
            organisation=organisation_or_404(form.cleaned_data["organisation"]),
            kind=form.cleaned_data["kind"],
            title=form.cleaned_data["title"],
            source=by_hand(request),
            now=timezone.now(),
        )
        return redirect(person)
    text = request.GET.get("q", "").strip()[:200]
    context = {
        "breadcrumbs": crumbs((person.get_absolute_url(), person.full_name), ("", _("Add an organisation"))),
        "person": person,
        "form": form,
        "text": text,
        "found": organisation_page(organisations_matching(text)).rows[:FOUND],
    }
    return render(request, "relations/affiliate.html", context)


@needs("people.edit")
@require_POST
def disaffiliate(request: TenantRequest, uuid: UUID, pk: int) -> HttpResponse:
    person = person_or_404(uuid)
    affiliation = get_object_or_404(Affiliation.objects.select_related("organisation"), person=person, pk=pk)
    end_affiliation(affiliation=affiliation, source=by_hand(request), now=timezone.now())
    return redirect(person)


def _tie(request: TenantRequest, person: Person, other: Person, tie: str) -> None:
    source, now = by_hand(request), timezone.now()
    if tie == Tie.HOUSEHOLD:
        join_households(person=person, other=other, source=source, now=now)
    else:
        relate_people(person=person, kind=tie, other=other, source=source, now=now)
