"""Conditions on what was opened and clicked. They speak of people who agreed to be measured: of others nothing is known."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.segments.criteria.activities import TIMES
from crm.segments.criteria.periods import PARTS, within
from crm.segments.registry import Field
from messaging.deliveries.criteria import MessageReceived
from messaging.measuring.models import Reading
from shared.sampling import has_any

TITLE = gettext_lazy("any message, or its title")


class MessageOpened(MessageReceived):
    """{"mailings": […]}: at its first opening, which is the day that a period asks for."""

    operator = "opened"
    label = gettext_lazy("Opened a message")
    field = Field("list", placeholder=TITLE, parts=(TIMES, *PARTS), may_be_blank=True)
    column = "opened_at"

    def moment_column(self) -> str:
        return self.column

    def rows(self, value: dict[str, Any], *, now: datetime) -> QuerySet[Any]:
        done = Q(**{f"{self.column}__isnull": False})
        return _of(value, self.column, now).filter(done)

    def clause(self, value: dict[str, Any]) -> str:
        return _("opened %(what)s") % {"what": self.value_text(value)}


class MessageClicked(MessageOpened):
    operator = "clicked"
    label = gettext_lazy("Clicked in a message")
    column = "clicked_at"

    def clause(self, value: dict[str, Any]) -> str:
        return _("clicked in %(what)s") % {"what": self.value_text(value)}


class MessageNotOpened(MessageOpened):
    """Measured, and opened none of them. Whoever was not measured is no such person: nobody knows."""

    operator = "not_opened"
    label = gettext_lazy("Was measured and did not open")
    field = Field("list", placeholder=TITLE, parts=PARTS, may_be_blank=True)
    absent = True

    def rows(self, value: dict[str, Any], *, now: datetime) -> QuerySet[Any]:
        return _of(value, "sent_at", now)

    def condition(self, value: dict[str, Any], *, now: datetime) -> Q:
        sent = self.rows(value, now=now).order_by()
        done = sent.filter(**{f"{self.column}__isnull": False})
        return has_any(sent) & ~has_any(done)

    def clause(self, value: dict[str, Any]) -> str:
        return _("were measured and did not open %(what)s") % {"what": self.value_text(value)}


class MessageNotClicked(MessageNotOpened):
    operator = "not_clicked"
    label = gettext_lazy("Was measured and did not click")
    column = "clicked_at"

    def clause(self, value: dict[str, Any]) -> str:
        return _("were measured and did not click in %(what)s") % {"what": self.value_text(value)}


def _of(value: dict[str, Any], column: str, now: datetime) -> QuerySet[Reading]:
    found = Reading.objects.filter(within(column, value.get("period", {}), now=now))
    return found.filter(mailing__in=value["mailings"]) if "mailings" in value else found


CRITERIA = (MessageOpened(), MessageNotOpened(), MessageClicked(), MessageNotClicked())
