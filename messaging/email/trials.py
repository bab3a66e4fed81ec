"""A trial goes to the team, reads as the real thing, and counts nowhere."""

from django.utils import translation
from django.utils.translation import gettext as _

from crm.consent.models import ConsentEntry
from crm.people.models import Person
from crm.people.queries import rows_of
from messaging.deliveries.channels import Recipient
from messaging.deliveries.enums import REQUEST_BASIS
from messaging.deliveries.models import Delivery
from messaging.email.carrier import EmailCarrier, MailWriter
from messaging.email.mime import Written
from messaging.email.models import Message
from messaging.email.rendering import write
from messaging.email.signing import own_domain
from tenants.context import require_tenant
from tenants.users.models import User

# No delivery has the number 0: its links open a page that says that this was a trial.
TRIAL = 0


def sample_recipient(person: Person | None, *, address: str = "", delivery: Delivery | None = None) -> Recipient:
    """The values of one person, at another address; with a delivery, whence we know her."""
    entry = _proof_of(delivery) if delivery else None
    since, source = (entry.at, entry.source_kind) if entry else (None, "")
    if person and delivery and delivery.basis == REQUEST_BASIS:  # she agreed to nothing yet: whence her card comes
        since, source = person.created_at, person.source_kind
    return Recipient(
        delivery_id=TRIAL,
        person_id=TRIAL,
        address=address,
        first_name=person.first_name if person else "",
        last_name=person.last_name if person else "",
        city=person.city if person else "",
        postcode=person.postcode if person else "",
        basis=delivery.basis if delivery else "consent",
        consent_at=since,
        consent_source=source,
        custom=person.custom if person else {},
    )


def _proof_of(delivery: Delivery) -> ConsentEntry | None:
    return ConsentEntry.objects.filter(person__in=rows_of(delivery.person), id=delivery.consent_id or 0).first()


def deliver_trial(*, message_id: int, member_ids: list[int], person_id: int | None) -> int:
    """How many the server took."""
    message = Message.objects.get(pk=message_id)
    person = Person.objects.filter(pk=person_id).first() if person_id else None
    members = User.objects.filter(pk__in=member_ids, is_active=True)
    carrier = EmailCarrier(MailWriter(_marked(write(message, domain=own_domain())), list_name=f"essai-{message_id}"))
    recipients = [sample_recipient(person, address=member.email) for member in members]
    return sum(outcome.state == "accepted" for each in recipients for outcome in carrier.hand_over([each]))


def _marked(written: Written) -> Written:
    with translation.override(require_tenant().language):
        subject = _("[Trial] %(subject)s") % {"subject": written.subject}
    return Written(
        from_name=written.from_name,
        from_address=written.from_address,
        reply_to=written.reply_to,
        subject=subject,
        html=written.html,
        text=written.text,
    )
