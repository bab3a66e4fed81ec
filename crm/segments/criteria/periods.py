"""A stretch of time in a condition: {}, {"last_days": 60}, {"since": "2026-01-01"}, {"since": …, "until": …}."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from crm.segments.criteria.values import check_date, check_number, read_number
from crm.segments.registry import CriterionInvalid, Part, RawValue

LONGEST = 3650
WHEN = [
    ("ever", gettext_lazy("whenever")),
    ("last_days", gettext_lazy("in the last…")),
    ("since", gettext_lazy("since…")),
    ("between", gettext_lazy("between…")),
]
PARTS = (
    Part("when", "select", pgettext_lazy("period", "when"), options=lambda: list(WHEN)),
    Part("days", "number", gettext_lazy("number of days"), unit=gettext_lazy("days"), only=("last_days",)),
    Part("since", "date", pgettext_lazy("period", "from"), only=("since", "between")),
    Part("until", "date", pgettext_lazy("period", "to"), only=("between",)),
)


def check_period(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CriterionInvalid(_("A period is expected."))
    match sorted(value):
        case []:
            return {}
        case ["last_days"]:
            return {"last_days": check_number(value["last_days"], low=1, high=LONGEST)}
        case ["since"] | ["until"] | ["since", "until"]:
            period = {key: check_date(value[key]) for key in sorted(value)}
        case _:
            raise CriterionInvalid(_("A period is expected."))
    if len(period) == 2 and period["since"] > period["until"]:
        raise CriterionInvalid(_("The first date must be the earlier one."))
    return period


def bounds_of(period: dict[str, Any], *, now: datetime) -> tuple[datetime | None, datetime | None]:
    """From, included, and before which: the last day counts whole."""
    if "last_days" in period:
        return now - timedelta(days=period["last_days"]), None
    start = _start_of(period["since"]) if "since" in period else None
    end = _start_of(period["until"], later=1) if "until" in period else None
    return start, end


def within(column: str, period: dict[str, Any], *, now: datetime) -> Q:
    start, end = bounds_of(period, now=now)
    condition = Q()
    if start:
        condition &= Q(**{f"{column}__gte": start})
    if end:
        condition &= Q(**{f"{column}__lt": end})
    return condition


def read_period(raw: RawValue) -> dict[str, Any]:
    match raw.part("when"):
        case "last_days":
            return {"last_days": read_number(raw.part("days"), low=1, high=LONGEST)}
        case "since":
            return check_period({"since": raw.part("since")})
        case "between":
            ends = {key: raw.part(key) for key in ("since", "until") if raw.part(key)}
            if not ends:
                raise CriterionInvalid(_("A date is expected, for instance 2026-03-15."))
            return check_period(ends)
        case _:
            return {}


def write_period(period: dict[str, Any]) -> dict[str, str]:
    if not period:
        return {"when": "ever"}
    if "last_days" in period:
        return {"when": "last_days", "days": str(period["last_days"])}
    return {"when": "since" if list(period) == ["since"] else "between", **period}


def period_text(period: dict[str, Any]) -> str:
    """«in the last 60 days»; nothing for whenever."""
    if "last_days" in period:
        days = period["last_days"]
        return ngettext("in the last day", "in the last %(count)s days", days) % {"count": days}
    words = {key: date_format(date.fromisoformat(day), "DATE_FORMAT") for key, day in period.items()}
    if len(words) == 2:
        return _("from %(since)s to %(until)s") % words
    if "since" in words:
        return _("since %(since)s") % words
    return _("until %(until)s") % words if words else ""


def day_text(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT") if moment else ""


def _start_of(day: str, *, later: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(date.fromisoformat(day) + timedelta(days=later), time.min))
