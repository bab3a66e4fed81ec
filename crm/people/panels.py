"""Panels of the dashboard: who came this week, and who may be written to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from wagtail.admin.ui.components import Component

from crm.consent.enums import Channel, Reach
from crm.consent.reach import REACH
from crm.people.growth import growth
from crm.people.profile import ICONS
from crm.people.quality import further_figures, quality
from crm.people.reach import LABELS

FEW = 20_000  # below, nothing needs to be kept
KEPT = 300  # seconds


@dataclass(frozen=True, slots=True)
class ChannelReach:
    channel: str
    label: str
    icon: str
    count: int
    total: int
    reasons: list[tuple[str | Promise, int]]

    @property
    def percent(self) -> int:
        return round(self.count * 100 / self.total) if self.total else 0


class GainedPanel(Component):
    name = "gained"
    order = 100
    column = "main"
    template_name = "people/panels/gained.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {"growth": growth(timezone.now())}


class ReachPanel(Component):
    name = "reach"
    order = 200
    column = "main"
    template_name = "people/panels/reach.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        channels = reach_by_channel()
        return {"channels": channels, "total": channels[0].total}


class QualityPanel(Component):
    name = "quality"
    order = 300
    column = "main"
    template_name = "people/panels/quality.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        found, request = quality(now=timezone.now()), (parent_context or {})["request"]
        return {"quality": found, "figures": [*found.figures, *further_figures(request.user)]}


def reach_by_channel() -> list[ChannelReach]:
    """One pass over people for all the channels; kept a few minutes once they are many."""
    key = "people.reach"
    found = cache.get(key)
    if isinstance(found, list):
        return found
    channels = [_channel(channel, counts) for channel, counts in _reach_counts().items()]
    if channels[0].total > FEW:
        cache.set(key, channels, KEPT)
    return channels


def _channel(channel: Channel, counts: dict[Reach, int]) -> ChannelReach:
    reasons = [(label, counts[reach]) for reach, label in LABELS.items() if counts.get(reach)]
    return ChannelReach(
        channel.value, str(channel.label), ICONS[channel], counts.get(Reach.REACHABLE, 0), sum(counts.values()), reasons
    )


def _reach_counts() -> dict[Channel, dict[Reach, int]]:
    columns = [REACH[channel] for channel in Channel]
    counts: dict[Channel, dict[Reach, int]] = {channel: {} for channel in Channel}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)}, count(*) FROM people_person WHERE erased_at IS NULL"  # noqa: S608 -- our own columns
            f" GROUP BY GROUPING SETS ({', '.join(f'({column})' for column in columns)})"
        )
        for *codes, count in cursor.fetchall():
            channel, code = next((one, code) for one, code in zip(Channel, codes, strict=True) if code is not None)
            counts[channel][Reach(code)] = count
    return counts
