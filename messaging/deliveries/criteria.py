"""Conditions on messages. What was opened and clicked is asked by messaging.measuring."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.segments.criteria.activities import TIMES, DidSomething
from crm.segments.criteria.periods import PARTS, within
from crm.segments.criteria.values import (
    check_integers,
    close_names,
    entries_in,
    fold,
    joined_by,
    names_starting,
    shortened,
)
from crm.segments.registry import CriterionInvalid, Field, RawValue
from messaging.deliveries.enums import DeliveryState
from messaging.deliveries.models import Delivery, Mailing

RECENT = 200  # messages whose titles are offered


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
        ids: dict[str, int] = {}
        for pk, title in _titles():
            ids.setdefault(fold(title), pk)
        found = []
        for entry in entries_in(raw.text):
            if fold(entry) not in ids:
                close = close_names(entry, [title for _pk, title in _titles()])
                raise CriterionInvalid(_("No message is called “%(entry)s”.") % {"entry": entry}, close)
            found.append(ids[fold(entry)])
        return {"mailings": found}

    def write_what(self, value: dict[str, Any]) -> RawValue:
        return RawValue(text=", ".join(name.replace(",", " ").replace(";", " ") for name in self._names(value)))

    def what_text(self, value: dict[str, Any], word: str) -> str:
        quoted = [_("“%(name)s”") % {"name": name} for name in self._names(value)]
        return joined_by(word, shortened(quoted)) or _("any message")

    def suggestions(self, text: str) -> list[str]:
        return names_starting(text, [title for _pk, title in _titles()])

    def clause(self, value: dict[str, Any]) -> str:
        return _("were sent %(what)s") % {"what": self.value_text(value)}

    def _names(self, value: dict[str, Any]) -> list[str]:
        titles = dict(Mailing.objects.filter(pk__in=value.get("mailings", ())).values_list("pk", "title"))
        return [titles.get(pk, f"#{pk}") for pk in value.get("mailings", ())]


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


def _titles() -> list[tuple[int, str]]:
    """The newest first, without the commas that separate several."""
    rows = Mailing.objects.order_by("-pk").values_list("pk", "title")[:RECENT]
    return [(pk, title.replace(",", " ").replace(";", " ")) for pk, title in rows]


CRITERIA = (MessageReceived(), MessageNotReceived(), MessageRefused())
