"""Figures on the site that are counted and not typed."""

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from tenants.entitlements import contact_count


class CountSource(models.TextChoices):
    SUPPORTERS = "supporters", _("Counted: people in your contacts")
    TYPED = "typed", _("Typed by you")


def live_count(source: str) -> int | None:
    return contact_count() if source == CountSource.SUPPORTERS else None


def with_count(text: str) -> str:
    """The text with the number of supporters in place of {count}."""
    if "{count}" not in text:
        return text
    return " ".join(
        text.replace("{count}", number_format(contact_count(), use_l10n=True, force_grouping=True)).split(" ")
    )
