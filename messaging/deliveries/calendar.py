"""When nothing is sent: the silence of the eve and the day of a vote (art. L49 of the electoral code), and the campaign's quiet hours.

Asked for each person at delivery, by the clock of where she lives; without a known department, by that of Paris. The law
names no end of the silence: here it is 20:00 of the last poll, in Paris and where she votes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from messaging.deliveries.channels import Recipient
from messaging.deliveries.enums import Reason
from messaging.deliveries.models import QuietHours, Vote
from tenants.office.profile import campaign_profile

PARIS = ZoneInfo("Europe/Paris")
CLOCKS = {
    "971": ZoneInfo("America/Guadeloupe"),
    "972": ZoneInfo("America/Martinique"),
    "973": ZoneInfo("America/Cayenne"),
    "974": ZoneInfo("Indian/Reunion"),
    "975": ZoneInfo("America/Miquelon"),
    "976": ZoneInfo("Indian/Mayotte"),
    "977": ZoneInfo("America/St_Barthelemy"),
    "978": ZoneInfo("America/Marigot"),
    "986": ZoneInfo("Pacific/Wallis"),
    "987": ZoneInfo("Pacific/Tahiti"),
    "988": ZoneInfo("Pacific/Noumea"),
}
DAY_BEFORE = frozenset({"971", "972", "973", "975", "977", "978", "987"})  # where the decree says so
POLLS_CLOSE = time(20)
TURNS = 8  # from silence into quiet hours and back


@dataclass(frozen=True, slots=True)
class Poll:
    """A vote as the campaign wrote it down."""

    name: str
    day: date
    overseas_day_before: bool = False

    def silence(self, departement: str) -> tuple[datetime, datetime]:
        clock = CLOCKS.get(departement, PARIS)
        day = self.day - timedelta(days=int(self.overseas_day_before and departement in DAY_BEFORE))
        starts = datetime.combine(day - timedelta(days=1), time(0), clock)
        ends = (datetime.combine(self.day, POLLS_CLOSE, PARIS), datetime.combine(day, POLLS_CLOSE, clock))
        return starts.astimezone(PARIS), max(ends).astimezone(PARIS)


@dataclass(frozen=True, slots=True)
class Hold:
    reason: Reason
    until: datetime


@dataclass(frozen=True, slots=True)
class SendingCalendar:
    polls: tuple[Poll, ...] = ()
    quiet_from: time | None = None
    quiet_until: time | None = None

    def hold(self, departement: str, *, now: datetime) -> Hold | None:
        """Why somebody who lives there is not written to now, and until when; None: she may be."""
        found, moment = None, now
        for _turn in range(TURNS):
            step = self._silence(departement, moment) or self._quiet(departement, moment)
            if step is None:
                break
            found, moment = Hold(found.reason if found else step.reason, step.until), step.until
        return found

    def _silence(self, departement: str, now: datetime) -> Hold | None:
        windows = [poll.silence(departement) for poll in self.polls]
        ends = [ends for starts, ends in windows if starts <= now < ends]
        return Hold(Reason.SILENCE, max(ends)) if ends else None

    def _quiet(self, departement: str, now: datetime) -> Hold | None:
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        local = now.astimezone(CLOCKS.get(departement, PARIS))
        over_midnight = self.quiet_from > self.quiet_until
        after, before = local.time() >= self.quiet_from, local.time() < self.quiet_until
        if not (after or before if over_midnight else after and before):
            return None
        day = local.date() + timedelta(days=int(over_midnight and after))
        return Hold(Reason.QUIET_HOURS, datetime.combine(day, self.quiet_until, local.tzinfo).astimezone(PARIS))


def sending_calendar(*, now: datetime) -> SendingCalendar:
    """With the election day of the campaign's profile, whether or not it stands among the votes."""
    today = now.astimezone(PARIS).date()
    votes = Vote.objects.filter(day__gte=today - timedelta(days=2))
    polls = [Poll(vote.name, vote.day, vote.overseas_day_before) for vote in votes]
    profile, quiet = campaign_profile(), QuietHours.objects.first()
    if profile.election_on and profile.election_on not in {poll.day for poll in polls}:
        polls.append(Poll(profile.election_label, profile.election_on))
    return SendingCalendar(
        tuple(sorted(polls, key=lambda poll: poll.day)),
        quiet.starts_at if quiet else None,
        quiet.ends_at if quiet else None,
    )


def holds_of(recipients: Sequence[Recipient], *, now: datetime) -> dict[int, Hold]:
    """Of these people, by the numbers of their deliveries, those who are not written to now."""
    calendar = sending_calendar(now=now)
    if not calendar.polls and calendar.quiet_from is None:
        return {}
    places = {each.departement_code for each in recipients}
    by_place = {place: calendar.hold(place, now=now) for place in places}
    return {each.delivery_id: hold for each in recipients if (hold := by_place[each.departement_code])}
