"""What changes the calendar from outside: the election day in the campaign's identity."""

from typing import Any

from django.db.models.signals import post_save
from django.utils import timezone

from messaging.deliveries.services import ask_the_calendar_again
from tenants.office.models import CampaignProfile


def watch_changes() -> None:
    post_save.connect(_ask_again, sender=CampaignProfile, dispatch_uid="deliveries-calendar")


def _ask_again(sender: Any, **kwargs: Any) -> None:
    ask_the_calendar_again(now=timezone.now())
