"""What the calendar of votes and hours says of a message, in words: before it leaves, and on the settings' page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from messaging.deliveries.calendar import PARIS, Poll, sending_calendar
from messaging.deliveries.enums import Reason
from messaging.email.checks import Check

SOON = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Silence:
    poll: Poll
    starts_at: datetime
    ends_at: datetime


def silences(*, now: datetime) -> list[Silence]:
    """Of the votes to come, on the clock of Paris."""
    found = [Silence(poll, *poll.silence("")) for poll in sending_calendar(now=now).polls]
    return [one for one in found if one.ends_at > now]


def calendar_checks(*, now: datetime) -> Iterator[Check]:
    for words in _advice(now=now):
        yield Check("advice", words, _("Settings, Votes and hours"), reverse("sending:votes"))


def _advice(*, now: datetime) -> Iterator[str]:
    for one in silences(now=now):
        words = {"vote": one.poll.name or _("the vote"), "starts": moment(one.starts_at), "ends": moment(one.ends_at)}
        if one.starts_at <= now:
            yield (
                _("Election silence (%(vote)s, art. L49): sent now, the message waits and leaves after %(ends)s.")
                % words
            )
        elif one.starts_at - now < SOON:
            yield (
                _(
                    "Election silence (%(vote)s, art. L49) from %(starts)s to %(ends)s: whoever was not written to before is written to afterwards."
                )
                % words
            )
    hold = sending_calendar(now=now).hold("", now=now)
    if hold and hold.reason == Reason.QUIET_HOURS:
        words = {"until": moment(hold.until)}
        yield _("These are your quiet hours: sent now, the message waits until %(until)s.") % words


def moment(at: datetime) -> str:
    return date_format(at.astimezone(PARIS), _("l j F, H:i"))
