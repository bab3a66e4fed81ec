"""What an operator reads of one campaign: what happened to it, in one line of time, and how it grew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from controlplane.audit.actions import action_label
from controlplane.audit.models import AuditEntry
from controlplane.audit.queries import audit_of
from controlplane.jobs.models import CampaignJob
from controlplane.models import Campaign, UsageDay
from shared.money import thousands

LATEST = 100
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 200, 70, 12, 172
SHOWN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    title: str
    detail: str = ""
    address: str = ""


def story_of(campaign: Campaign) -> list[Event]:
    """Newest first: opening, jobs, and what owner, operators and platform did."""
    events = [*_opening(campaign), *_jobs(campaign), *_audit(campaign)]
    return sorted(events, key=lambda event: event.at, reverse=True)[:LATEST]


def _opening(campaign: Campaign) -> Iterator[Event]:
    yield Event(campaign.created_at, gettext("Opening asked for"), f"{campaign.region.label}, {campaign.cell.name}")
    if campaign.announced_at:
        yield Event(campaign.announced_at, gettext("Owner told that the office is open"))


def _jobs(campaign: Campaign) -> Iterator[Event]:
    for job in CampaignJob.objects.filter(campaign=campaign).order_by("-asked_at")[:LATEST]:
        address = reverse("admin:campaign_jobs_campaignjob_change", args=[job.pk])
        yield Event(job.finished_at or job.asked_at, job.label, job.get_state_display(), address)


def _audit(campaign: Campaign) -> Iterator[Event]:
    for entry in audit_of(campaign.uuid).exclude(action__startswith="job.")[:LATEST]:
        yield Event(entry.at, action_label(entry.action), who_did(entry))


def who_did(entry: AuditEntry) -> str:
    number = f" {entry.actor_id}" if entry.actor_id else ""
    return f"{entry.get_actor_display()}{number}"


@dataclass(frozen=True, slots=True)
class Point:
    day: date
    contacts: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class UsageCurve:
    points: Sequence[Point]
    ticks: Sequence[tuple[str, float]]

    @property
    def path(self) -> str:
        return "M" + "L".join(f"{point.x:.1f} {point.y:.1f}" for point in self.points)

    @property
    def area(self) -> str:
        return f"{self.path}L{self.points[-1].x:.1f} {BOTTOM}L{self.points[0].x:.1f} {BOTTOM}Z"


def usage_curve(campaign: Campaign, *, now: datetime) -> UsageCurve | None:
    """The last ninety days; None until there are two days to draw a line between."""
    since = timezone.localdate(now) - SHOWN
    days = list(UsageDay.objects.filter(campaign=campaign, day__gte=since))
    if len(days) < 2:
        return None
    span = (days[-1].day - days[0].day).days
    top = max(1, *(day.contacts for day in days))
    points = [
        Point(
            day.day,
            day.contacts,
            LEFT + (WIDTH - LEFT - 8) * (day.day - days[0].day).days / span,
            BOTTOM - (BOTTOM - TOP) * day.contacts / top,
        )
        for day in days
    ]
    ticks = [(thousands(round(top * share)), BOTTOM - (BOTTOM - TOP) * share) for share in (0, 0.5, 1)]
    return UsageCurve(points, ticks)
