"""What whoever adds a person by hand is told of somebody who was known already."""

from collections.abc import Sequence

from django.contrib import messages
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from crm.consent.entries import ConsentGiven
from crm.consent.enums import Channel
from crm.consent.objections import refusals_against
from crm.people.custom import value_of
from crm.people.fields import FieldWords
from crm.people.forms import PersonForm
from crm.people.models import Person
from crm.people.writing import told_fields
from tenants.http import TenantRequest

NAMES = ("first_name", "last_name")
PRESET = ("language", "relationship")  # the form comes with a choice, which says nothing of whoever is known


def tell_known(request: TenantRequest, person: Person, form: PersonForm) -> None:
    """That she was known, and what of the form was not taken, because her page says otherwise."""
    contact = form.contact()
    told = told_fields(contact) | {"relationship": contact.relationship}
    kept = [
        name
        for name, value in told.items()
        if value_of(person, name) != value and (name not in PRESET or name in form.changed_data)
    ]
    words = [_("This person was known already: what you wrote was added to the page.")]
    if not set(NAMES).isdisjoint(kept):
        words.append(_("The name on the page stays %(name)s.") % {"name": person.full_name})
    if others := [FieldWords().label(name) for name in kept if name not in NAMES]:
        words.append(_("The page keeps what it said already of: %(fields)s.") % {"fields": ", ".join(others)})
    messages.info(request, " ".join(words))


def tell_refusals(request: TenantRequest, person: Person, held: Sequence[ConsentGiven]) -> None:
    """Of each agreement that was not noted, since when it is refused; and where she may agree anew."""
    days = refusals_against(person_id=person.pk, consents=held)
    if not days:
        return
    refusals = ", ".join(
        _("%(channel)s (refused on %(day)s)") % {"channel": Channel(channel).label, "day": date_format(day, "j F Y")}
        for (_purpose, channel), day in days.items()
    )
    address = reverse("people:consent", args=[person.uuid])
    query = urlencode({"channel": [channel for _purpose, channel in days]}, doseq=True)
    link = format_html('<a href="{}?{}">{}</a>', address, query, _("note it on the page"))
    words = _("What was refused stays refused: {refusals}. If this person agrees anew, {link}.")
    messages.warning(request, format_html(words, refusals=refusals, link=link))
