"""What the team notes about somebody: whoever may change her data may correct and delete anybody's note, as with files."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.people.forms import NoteForm, NoteTextForm
from crm.people.models import Note, Person
from crm.people.noting import add_note, correct_note, delete_note
from crm.people.queries import rows_of
from crm.people.views.loading import by_hand, crumbs, looked_at, person_or_404
from tenants.http import TenantRequest
from tenants.office.access import needs


@needs("people.edit")
@require_POST
def add(request: TenantRequest, uuid: UUID) -> HttpResponse:
    person = person_or_404(uuid)
    form = NoteForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        add_note(
            person=person, text=data["text"], source=by_hand(request), key=f"note:{data['key']}", now=timezone.now()
        )
        return redirect(person)
    looked_at(request, person)
    return _page(request, person, form, status=422)


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def change(request: TenantRequest, uuid: UUID, pk: int) -> HttpResponse:
    person = person_or_404(uuid)
    note = _note_or_404(person, pk)
    looked_at(request, person)
    form = NoteTextForm(request.POST or None, initial={"text": note.text})
    if request.method == "POST" and form.is_valid():
        correct_note(note=note, text=form.cleaned_data["text"], source=by_hand(request), now=timezone.now())
        messages.success(request, _("The note is corrected."))
        return redirect(person)
    return _page(request, person, form, note)


@needs("people.edit")
@require_POST
def delete(request: TenantRequest, uuid: UUID, pk: int) -> HttpResponse:
    person = person_or_404(uuid)
    delete_note(note=_note_or_404(person, pk), source=by_hand(request), now=timezone.now())
    messages.success(request, _("The note is deleted. The history says so, without its words."))
    return redirect(person)


def _page(
    request: TenantRequest,
    person: Person,
    form: NoteForm | NoteTextForm,
    note: Note | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "breadcrumbs": crumbs((person.get_absolute_url(), person.full_name), ("", _("Note"))),
        "person": person,
        "note": note,
        "form": form,
        "title": _("Correct the note") if note else _("Note something"),
    }
    return render(request, "people/note.html", context, status=status)


def _note_or_404(person: Person, pk: int) -> Note:
    return get_object_or_404(Note, person__in=rows_of(person), pk=pk)
