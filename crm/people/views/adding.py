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
from crm.people.models import Person
from tenants.http import TenantRequest


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
