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


def question_of(target: Target) -> Question | None:
    """None when she is no longer known, or when her address is no longer the one that was asked."""
    if target.person_id == 0:
        return Question("", "", is_trial=True)
    delivery = _delivery(target)
    address = _asked_address(delivery) if delivery else ""
    if not address:
        return None
    news = ConsentState.objects.filter(person_id=target.person_id, purpose=Purpose.NEWS, channel=Channel.EMAIL)
    has_agreed = news.filter(granted=True, basis=Basis.CONSENT).exists()
    return Question(masked(address), agreement_wording(), has_agreed=has_agreed)


def agreement_wording() -> str:
    """The sentence of the page, in the language of the site: kept as the proof."""
    return _("I wish to receive the news of %(campaign)s by e-mail.") % {"campaign": campaign_profile().display_name}


@transaction.atomic
def agree(*, target: Target, now: datetime) -> bool:
    """Her own word, from her own mailbox: what she refused before is overturned. Safe to repeat. False when it cannot count."""
    question, delivery = question_of(target), _delivery(target)
    if question is None or delivery is None:
        return False
    if question.has_agreed:
        return True
    given = ConsentGiven(Purpose.NEWS, Channel.EMAIL, granted=True, basis=Basis.CONSENT, wording=question.wording)
    capture(
        contact=ContactData(email=_asked_address(delivery)),
        kind="agreed",
        source=Source("form", f"delivery:{delivery.pk}", is_proven=True),
        consents=[given],
        payload={"mailing": delivery.mailing_id},
        now=now,
    )
    note_agreement(delivery_id=delivery.pk, now=now)
    person = Person.objects.get(pk=target.person_id)
    withdraw_request(person=person, source=erasure_source(delivery.mailing_id), now=now)
    return True


def _delivery(target: Target) -> Delivery | None:
    found = Delivery.objects.filter(pk=target.delivery_id, person_id=target.person_id, basis=REQUEST_BASIS)
    return found.filter(person__erased_at=None).first()


def _asked_address(delivery: Delivery) -> str:
    """The one of hers that this mailing asked: a mail proves nothing about an address that it did not go to."""
    mine = EmailAddress.objects.filter(person_id=delivery.person_id).order_by("-is_primary", "id")
    found = (
        address for address in mine.values_list("address", flat=True) if was_asked_by(delivery.mailing_id, address)
    )
    return next(found, "")
