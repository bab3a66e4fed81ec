"""Conditions on messages. What was opened and clicked is asked by messaging.measuring."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.segments.criteria.activities import TIMES, DidSomething
from crm.segments.criteria.dated import Entries
from crm.segments.criteria.periods import PARTS, within
from crm.segments.criteria.values import check_integers, entries_in, joined_by, shortened
from crm.segments.registry import CriterionInvalid, Field, RawValue
from messaging.deliveries.enums import DeliveryState
from messaging.deliveries.models import Delivery, Mailing
from shared.once import once

SUGGESTED = 5  # of the same title


class MessageReceived(DidSomething):
    """{"mailings": […]}: without any, whatever the message."""

    name = "message"
    operator = "received"
    label = pgettext_lazy("segment", "Was sent a message")
    field = Field(
        "list", placeholder=gettext_lazy("any message, or its title"), parts=(TIMES, *PARTS), may_be_blank=True
    )
    states: tuple[str, ...] = (DeliveryState.ACCEPTED,)

    def moment_column(self) -> str:
        return "settled_at"

    def keys(self) -> set[str]:
        return {"mailings", "times", "period"}

    def rows(self, value: dict[str, Any], *, now: datetime) -> QuerySet[Any]:
        found = Delivery.objects.filter(within("settled_at", value.get("period", {}), now=now), state__in=self.states)
        return found.filter(mailing__in=value["mailings"]) if "mailings" in value else found

    def check_what(self, value: dict[str, Any]) -> dict[str, Any]:
        return {"mailings": check_integers(value["mailings"], what="")} if value.get("mailings") else {}

    def read_what(self, raw: RawValue) -> dict[str, Any]:
        return {"mailings": [_read(entry) for entry in entries_in(raw.text)]}

    def write_what(self, value: dict[str, Any]) -> RawValue:
        return RawValue(text=", ".join(map(_mailings().label, value.get("mailings", ()))))

    def what_text(self, value: dict[str, Any], word: str) -> str:
        quoted = [_("“%(name)s”") % {"name": _mailings().short(pk)} for pk in value.get("mailings", ())]
        return joined_by(word, shortened(quoted)) or _("any message")

    def suggestions(self, text: str) -> list[str]:
        return _mailings().starting(text)

    def clause(self, value: dict[str, Any]) -> str:
        return _("were sent %(what)s") % {"what": self.value_text(value)}


class MessageNotReceived(MessageReceived):
    operator = "not_received"
    label = gettext_lazy("Was not sent a message")
    field = Field("list", placeholder=gettext_lazy("any message, or its title"), parts=PARTS, may_be_blank=True)
    absent = True

    def clause(self, value: dict[str, Any]) -> str:
        return _("were not sent %(what)s") % {"what": self.value_text(value)}


class MessageRefused(MessageReceived):
    operator = "refused"
    label = gettext_lazy("Could not be reached by a message")
    states = (DeliveryState.REFUSED,)

    def clause(self, value: dict[str, Any]) -> str:
        return _("could not be reached by %(what)s") % {"what": self.value_text(value)}


def _mailings() -> Entries:
    """By their titles and the days they leave: a copied message has the title of the other one."""
    return once("mailings.entries", lambda: Entries(Mailing.objects.values_list("pk", "title", "starts_at")))


def _read(entry: str) -> int:
    mailings = _mailings()
    match mailings.named(entry):
        case [pk]:
            return pk
        case []:
            raise CriterionInvalid(_("No message is called “%(entry)s”.") % {"entry": entry}, mailings.close(entry))
        case several:
            words = _("Several messages are called “%(entry)s”: say which one, by its day.") % {"entry": entry}
            raise CriterionInvalid(words, [mailings.label(pk) for pk in several[:SUGGESTED]])


CRITERIA = (MessageReceived(), MessageNotReceived(), MessageRefused())
