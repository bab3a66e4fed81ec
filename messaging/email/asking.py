"""A request for agreement: whom the list shows is asked once, with fixed words (decision 0022)."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from crm.people.matching import lock_identities
from crm.people.selecting import Selection, selection_from
from messaging.deliveries.enums import LegalClass, MailingState
from messaging.deliveries.requests import reckon_request
from messaging.deliveries.services import MailingAsked, ask_for_mailing
from messaging.email.checks import Check, checks_of, may_leave
from messaging.email.models import Dispatch, Message
from messaging.email.parts import request_subject
from messaging.email.rendering import write
from messaging.email.services import (
    TYPED_ABOVE,
    ChangedMeanwhile,
    NobodyToWriteTo,
    NotReady,
    Order,
    WrongNumber,
    keep_dispatch,
    refuse_sent,
    save_message,
)
from messaging.email.signing import own_domain
from messaging.email.votes import calendar_checks
from tenants.context import require_tenant
from tenants.office.profile import campaign_profile
from tenants.users.models import User

WAITING = (MailingState.PREPARING, MailingState.WAITING)


def new_request(selection: Selection) -> Message:
    """Not saved: what is shown before anybody presses the button."""
    with translation.override(require_tenant().language):
        subject = request_subject(campaign_profile().display_name)
    return Message(subject=subject[:150], selection=selection.to_json())


@transaction.atomic
def ask_selection(*, selection: Selection, order: Order, actor: User, now: datetime) -> Dispatch:
    """Two clicks are one request. Raises NotReady, NobodyToWriteTo, WrongNumber: then nothing is kept."""
    lock_identities("requests")
    waiting = Dispatch.objects.filter(is_live=True, message__selection=selection.to_json(), mailing__state__in=WAITING)
    if (same := waiting.first()) is not None:
        return same
    message = save_message(message=new_request(selection), version=0, actor=actor, now=now)
    return send_request(message_id=message.pk, order=order, now=now)


@transaction.atomic
def send_request(*, message_id: int, order: Order, now: datetime) -> Dispatch:
    """Raises ChangedMeanwhile, AlreadySent, NotReady, NobodyToWriteTo, WrongNumber."""
    message = Message.objects.select_for_update(of=("self",)).get(pk=message_id, selection__isnull=False)
    refuse_sent(message)
    if message.version != order.version:
        raise ChangedMeanwhile
    written = write(message, domain=own_domain())
    if not may_leave(checks_of(message, written, campaign_profile(), LegalClass.REQUEST)):
        raise NotReady
    selection = selection_from(message.selection or {})
    asked = reckon_request(selection, now=now).asked
    if not asked:
        raise NobodyToWriteTo
    if asked > TYPED_ABOVE and order.typed != str(asked):
        raise WrongNumber
    mailing = ask_for_mailing(
        asked=MailingAsked(
            channel="email",
            title=message.subject[:200],
            legal_class=LegalClass.REQUEST,
            criteria={},
            audience_name=_("People chosen in the list"),
            people_count=asked,
            actor_id=order.actor_id,
            selection=selection.to_json(),
            starts_at=order.starts_at,
        ),
        now=now,
    )
    return keep_dispatch(message, mailing, written)


def request_checks(message: Message, *, now: datetime) -> list[Check]:
    checks = checks_of(message, write(message, domain=own_domain()), campaign_profile(), LegalClass.REQUEST)
    return [*checks, *calendar_checks(now=now)]
