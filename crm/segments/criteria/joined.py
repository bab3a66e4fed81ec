from datetime import date, datetime, time, timedelta
from typing import ClassVar

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.people.models import Person
from crm.segments.criteria.values import check_date, check_number, read_number
from crm.segments.registry import Criterion, Field, RawValue


def _start_of(day: str) -> datetime:
    return timezone.make_aware(datetime.combine(date.fromisoformat(day), time.min))


def _in_words(day: str) -> str:
    return date_format(date.fromisoformat(day), "DATE_FORMAT")


def _day_text(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT") if moment else ""


class _JoinedOn(Criterion):
    name = "joined"
    heading = gettext_lazy("What they did")
    needs_own_data = False
    field = Field("date")

    def evidence(self, value: str, person: Person, *, now: datetime) -> str:
        return _("joined on %(day)s") % {"day": _day_text(person.created_at)}

    def check(self, value: object) -> str:
        return check_date(value)

    def read(self, raw: RawValue) -> str:
        return self.check(raw.text.strip())

    def write(self, value: str) -> RawValue:
        return RawValue(text=value)

    def value_text(self, value: str) -> str:
        return _in_words(value)


class JoinedSince(_JoinedOn):
    operator = "since"
    label = gettext_lazy("Joined since")

    def condition(self, value: str, *, now: datetime) -> Q:
        return Q(created_at__gte=_start_of(value))

    def clause(self, value: str) -> str:
        return _("joined since %(day)s") % {"day": _in_words(value)}


class JoinedBefore(_JoinedOn):
    operator = "before"
    label = gettext_lazy("Joined before")

    def condition(self, value: str, *, now: datetime) -> Q:
        return Q(created_at__lt=_start_of(value))

    def clause(self, value: str) -> str:
        return _("joined before %(day)s") % {"day": _in_words(value)}


class _LastDays(Criterion):
    heading = gettext_lazy("What they did")
    needs_own_data = False
    operator = "last_days"
    field = Field("days", unit=gettext_lazy("last days"))
    column: ClassVar[str]

    def check(self, value: object) -> int:
        return check_number(value, low=1, high=3650)

    def condition(self, value: int, *, now: datetime) -> Q:
        return Q(**{f"{self.column}__isnull": False, f"{self.column}__gte": now - timedelta(days=value)})

    def read(self, raw: RawValue) -> int:
        return read_number(raw.text, low=1, high=3650)

    def write(self, value: int) -> RawValue:
        return RawValue(text=str(value))

    def value_text(self, value: int) -> str:
        return ngettext("the last day", "the last %(count)s days", value) % {"count": value}


class JoinedLately(_LastDays):
    name = "joined"
    label = gettext_lazy("Joined recently")
    column = "created_at"

    def evidence(self, value: int, person: Person, *, now: datetime) -> str:
        return _("joined on %(day)s") % {"day": _day_text(person.created_at)}

    def clause(self, value: int) -> str:
        return _("joined in %(time)s") % {"time": self.value_text(value)}


class ActiveLately(_LastDays):
    """By what the person did herself: what the campaign sent does not count."""

    name = "active"
    label = gettext_lazy("Was active recently")
    column = "last_activity_at"

    def evidence(self, value: int, person: Person, *, now: datetime) -> str:
        return _("active on %(day)s") % {"day": _day_text(person.last_activity_at)}

    def clause(self, value: int) -> str:
        return _("were active in %(time)s") % {"time": self.value_text(value)}


CRITERIA = (JoinedLately(), JoinedSince(), JoinedBefore(), ActiveLately())
