from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.segments.models import Segment
from crm.segments.tree import CriteriaInvalid
from messaging.deliveries.audience import classify, reckon
from messaging.email.models import Message
from messaging.email.services import criteria_of


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    office = (reverse("wagtailadmin_home"), _("Office"))
    return [office, (reverse("messages:index"), _("Messages")), *more]


def audience_context(message: Message) -> dict[str, Any]:
    """The subtraction of a saved message, or why there is none."""
    try:
        criteria = criteria_of(message)
        kind = classify(criteria, is_practical=message.is_practical)
        return {"kind": kind, "reckoning": reckon(criteria, kind)}
    except Segment.DoesNotExist:
        return {"is_missing": True}
    except CriteriaInvalid:
        return {"is_invalid": True}
