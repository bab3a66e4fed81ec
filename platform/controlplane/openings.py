"""The opening of a campaign as its page shows it: the steps, in words, with the times that the cell told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_noop

from controlplane.enums import OpeningState
from controlplane.models import Campaign
from tenants.provisioning import steps

SILENT_AFTER = timedelta(seconds=30)
ENTERS_WITHIN = timedelta(minutes=10)  # the page enters the office by itself when the campaign is as young as that
LABELS = {
    "place": gettext_noop("Place taken in the cell"),
    "schema": gettext_noop("Database and role of the campaign’s own"),
    "profile": gettext_noop("Name, kind and colors of the campaign"),
    "pages": gettext_noop("First pages: home, sign-up, legal notice"),
    "permissions": gettext_noop("Rights of the team"),
    "open": gettext_noop("Address of the site opened"),
}


@dataclass(frozen=True, slots=True)
class StepShown:
    label: str
    state: str  # waiting, running, done, failed
    seconds: str

    @property
    def css(self) -> str:
        return {"done": "fait", "running": "ici", "failed": "rate"}.get(self.state, "")


@dataclass(frozen=True, slots=True)
class Opening:
    steps: list[StepShown]
    state: OpeningState
    is_silent: bool
    enters_by_itself: bool

    @property
    def done(self) -> int:
        return sum(step.state == "done" for step in self.steps)

    @property
    def number(self) -> int:
        """Of the step under way, from 1."""
        return min(self.done + 1, len(self.steps))

    @property
    def share(self) -> float:
        return self.done / len(self.steps)

    @property
    def percent(self) -> int:
        return round(self.share * 100)

    @property
    def is_done(self) -> bool:
        return self.state == OpeningState.DONE

    @property
    def is_failed(self) -> bool:
        return self.state == OpeningState.FAILED

    @property
    def can_be_retried(self) -> bool:
        return self.is_failed or self.is_silent

    @property
    def current(self) -> StepShown | None:
        return next((step for step in self.steps if step.state != "done"), None)


def opening_of(campaign: Campaign, *, now: datetime) -> Opening:
    told = campaign.opening_steps or [{"key": step.key, "state": "waiting", "seconds": None} for step in steps()]
    state = OpeningState(campaign.opening)
    is_under_way = state in (OpeningState.QUEUED, OpeningState.RUNNING)
    silent = is_under_way and campaign.opening_at is not None and now - campaign.opening_at > SILENT_AFTER
    own = {step.key: step.label for step in steps()}
    shown = [
        StepShown(
            gettext(LABELS.get(item["key"], own.get(item["key"], item["key"]))),
            item["state"],
            _seconds(item["seconds"]),
        )
        for item in told
    ]
    return Opening(shown, state, silent, now - campaign.created_at < ENTERS_WITHIN)


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{number_format(value, 2)}\u00a0s"
