"""The review: one pair at a time, side by side."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.consent.entries import Source
from crm.duplicates import services
from crm.duplicates.forms import DecisionForm
from crm.duplicates.models import DuplicatePair
from crm.duplicates.queries import COUNTED, address_rows, count_to_review, field_rows, next_pair, outlook, side
from crm.people.merging import CannotMerge
from crm.people.models import Person, PersonMerge
from crm.people.parting import CannotPart, part_people
from crm.people.views.loading import crumbs, looked_at
from tenants.http import TenantRequest
from tenants.office.access import needs

WHY_NOT = {
    "erasing": gettext_lazy("One of them is about to be erased: call the erasure off first, or wait until it is done."),
    "gone": gettext_lazy("One of them is no longer there."),
    "merged": gettext_lazy("One of them was merged meanwhile."),
    "same": gettext_lazy("They are one already."),
    "late": gettext_lazy("A merge can be undone for 30 days; they are over."),
}
BESIDE = ("email", "phone", "city")  # what tells two people of one name apart


def pair_or_404(pk: int) -> DuplicatePair:
    pair = DuplicatePair.objects.alive().select_related("first", "second").filter(pk=pk).first()
    if pair is None:
        raise Http404
    return pair


@needs("people.merge")
@require_GET
def start(request: TenantRequest) -> HttpResponse:
    return _on_to(next_pair())


@needs("people.merge")
@require_http_methods(["GET", "POST"])
def review(request: TenantRequest, pk: int) -> HttpResponse:
    if not DuplicatePair.objects.alive().filter(pk=pk).exists() and DuplicatePair.objects.filter(pk=pk).exists():
        messages.info(request, _("This pair was decided already."))  # «back» after a merge, or another tab
        return _on_to(next_pair())
    pair = pair_or_404(pk)
    form = DecisionForm(request.POST or None, pair=pair)
    if request.method == "POST" and form.is_valid():
        return _decide(request, pair, form)
    looked_at(request, pair.first, pair.second)
    # The older entry is kept: its address is in more mails and notes.
    keep = pair.first if pair.first.created_at <= pair.second.created_at else pair.second
    context = {
        "breadcrumbs": crumbs((reverse("duplicates:index"), _("Duplicates")), ("", _("Review"))),
        "pair": pair,
        "sides": [("first", side(pair.first)), ("second", side(pair.second))],
        "keep": "first" if keep.pk == pair.first_id else "second",
        "rows": field_rows(pair.first, pair.second, keep=keep),
        "addresses": address_rows(pair.first, pair.second, keep=keep),
        "outlook": outlook(pair.first, pair.second),
        "left": count_to_review(),
        "most": COUNTED,
    }
    return render(request, "duplicates/review.html", context, status=422 if form.errors else 200)


@needs("people.merge")
@require_POST
def reopen(request: TenantRequest, pk: int) -> HttpResponse:
    pair = pair_or_404(pk)
    services.reopen_pair(pair=pair)
    return redirect("duplicates:pair", pair.pk)


@needs("people.merge")
@require_POST
def part(request: TenantRequest, pk: int) -> HttpResponse:
    merge = PersonMerge.objects.select_related("kept").filter(pk=pk).first()
    if merge is None:
        raise Http404
    try:
        back = part_people(merge=merge, source=_by(request), now=timezone.now())
    except CannotPart as error:
        messages.error(request, str(WHY_NOT[error.code]))
        return redirect(merge.kept)
    words = _("{kept} and {back} are two people again. What happened since the merge stays with {kept}.")
    kept = Person.objects.get(pk=merge.kept_id)  # her name may have come back too
    messages.success(request, format_html(words, **_links(kept, back)))
    return redirect(kept)


def _decide(request: TenantRequest, pair: DuplicatePair, form: DecisionForm) -> HttpResponse:
    now, decision = timezone.now(), form.cleaned_data["decision"]
    try:
        if decision == "merge":
            merge = services.merge_pair(
                pair=pair, keep_id=form.keep_id, choices=form.choices(), source=_by(request), now=now
            )
            words = _("Merged into {person}, where the merge can be undone for 30 days.")
            messages.success(request, format_html(words, person=_link(merge.kept)))
        elif decision == "not_same":
            services.tell_apart(pair=pair, by=request.user.pk, now=now)
            words = _("Noted: two people. This pair does not come back. {undo}")
            undo = format_html('<a href="{}">{}</a>', reverse("duplicates:pair", args=[pair.pk]), _("See it again"))
            messages.success(request, format_html(words, undo=undo))
        else:
            services.put_off(pair=pair, by=request.user.pk, now=now)
    except services.AlreadyDecided:
        messages.info(request, _("This pair was decided already."))
    except CannotMerge as error:
        messages.error(request, str(WHY_NOT[error.code]))
    return _on_to(next_pair(after=pair))


def _on_to(pair: DuplicatePair | None) -> HttpResponse:
    return redirect("duplicates:pair", pair.pk) if pair else redirect("duplicates:index")


def _links(kept: Person, back: Person) -> dict[str, str]:
    """Two of one name are told apart by the first that they don't share."""
    apart = next((name for name in ("full_name", *BESIDE) if getattr(kept, name) != getattr(back, name)), "")
    beside = apart if apart in BESIDE else ""
    return {name: _link(one, getattr(one, beside, "")) for name, one in (("kept", kept), ("back", back))}


def _link(person: Person, beside: str = "") -> str:
    name = f"{person.full_name} ({beside})" if beside else person.full_name
    return format_html('<a href="{}">{}</a>', person.get_absolute_url(), name)


def _by(request: TenantRequest) -> Source:
    return Source("office", "duplicates", request.user.pk)
