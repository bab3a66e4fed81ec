"""Who did what with a message, newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from messaging.deliveries.models import MailingEvent
from messaging.email.models import Message
from tenants.users.models import User

ICONS = {
    "asked": "iso-send",
    "frozen": "iso-list-checks",
    "started": "iso-play",
    "paused": "iso-pause",
    "resumed": "iso-play",
    "stopped": "iso-ban",
    "cancelled": "iso-undo-2",
    "finished": "iso-check",
    "created": "iso-pen-line",
}


@dataclass(frozen=True, slots=True)
class Entry:
    icon: str
    sentence: str
    at: datetime


def journal_of(message: Message) -> list[Entry]:
    events = list(MailingEvent.objects.filter(mailing__dispatch__message=message))
    ids = [number for number in (message.created_by_id, *(event.actor_id for event in events)) if number]
    names = {user.pk: user.get_full_name() for user in User.objects.filter(pk__in=ids)}
    entries = [Entry(ICONS[event.kind], _sentence(event, names.get(event.actor_id or 0)), event.at) for event in events]
    who = names.get(message.created_by_id or 0, _("Somebody"))
    return [*entries, Entry(ICONS["created"], _("%(who)s created the draft") % {"who": who}, message.created_at)]


def _sentence(event: MailingEvent, name: str | None) -> str:
    words = {
        "who": name or _("Somebody"),
        "count": number_format(event.number or 0, use_l10n=True, force_grouping=True),
    }
    sentences = {
        "asked": _("%(who)s asked for the sending to %(count)s people"),
        "frozen": _("The list of %(count)s people is fixed"),
        "started": _("The sending begins"),
        "paused": _("%(who)s paused the sending"),
        "resumed": _("%(who)s took the sending up again"),
        "stopped": _("%(who)s stopped the sending"),
        "cancelled": _("%(who)s took the sending back"),
        "finished": _("The sending is over"),
    }
    return sentences[event.kind] % words
