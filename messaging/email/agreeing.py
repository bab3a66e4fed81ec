"""What the button of a request leads to: an agreement with its proof, in the ledger."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crm.consent.entries import ConsentGiven, Source
from crm.consent.enums import Basis, Channel, Purpose
from crm.consent.models import ConsentState
from crm.people.erasing import withdraw_request
from crm.people.models import EmailAddress, Person
from crm.people.queries import rows_of
from crm.people.services import ContactData, capture
from messaging.deliveries.enums import REQUEST_BASIS
from messaging.deliveries.models import Delivery
from messaging.deliveries.requests import erasure_source, note_agreement, was_asked_by
from messaging.email.tokens import Target
from messaging.email.unsubscribing import masked
from tenants.office.profile import campaign_profile


@dataclass(frozen=True, slots=True)
class Question:
    """What the page shows of her: enough to know that it is hers."""

    masked_address: str
    wording: str
    has_agreed: bool = False
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    person: Person
    delivery: Delivery
    address: str


def question_of(target: Target) -> Question | None:
    """None when she is no longer known, or when her address is no longer the one that was asked."""
    if target.person_id == 0:
        return Question("", "", is_trial=True)
    found = _asked(target)
    if found is None:
        return None
    news = ConsentState.objects.filter(person=found.person, purpose=Purpose.NEWS, channel=Channel.EMAIL)
    has_agreed = news.filter(granted=True, basis=Basis.CONSENT).exists()
    return Question(masked(found.address), agreement_wording(), has_agreed=has_agreed)


def agreement_wording() -> str:
    """The sentence of the page, in the language of the site: kept as the proof."""
    return _("I wish to receive the news of %(campaign)s by e-mail.") % {"campaign": campaign_profile().display_name}


@transaction.atomic
def agree(*, target: Target, now: datetime) -> bool:
    """Her own word, from her own mailbox: what she refused before is overturned. Safe to repeat. False when it cannot count."""
    question, found = question_of(target), _asked(target)
    if question is None or found is None:
        return False
    if question.has_agreed:
        return True
    given = ConsentGiven(Purpose.NEWS, Channel.EMAIL, granted=True, basis=Basis.CONSENT, wording=question.wording)
    capture(
        contact=ContactData(email=found.address),
        kind="agreed",
        source=Source("form", f"delivery:{found.delivery.pk}", is_proven=True),
        consents=[given],
        payload={"mailing": found.delivery.mailing_id},
        now=now,
    )
    note_agreement(delivery_id=found.delivery.pk, now=now)
    withdraw_request(person=found.person, source=erasure_source(found.delivery.mailing_id), now=now)
    return True


def _asked(target: Target) -> Asked | None:
    """The delivery may have stayed with a row that was merged into hers, which had one of the same mailing.

    The address is the one of hers that this mailing asked: a mail proves nothing about another one.
    """
    person = Person.objects.alive().filter(pk=target.person_id).first()
    if person is None:
        return None
    asked = Delivery.objects.filter(pk=target.delivery_id, person__in=rows_of(person), basis=REQUEST_BASIS)
    delivery = asked.first()
    if delivery is None:
        return None
    mine = EmailAddress.objects.filter(person=person).order_by("-is_primary", "id").values_list("address", flat=True)
    address = next((each for each in mine if was_asked_by(delivery.mailing_id, each)), "")
    return Asked(person, delivery, address) if address else None
