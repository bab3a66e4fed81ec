from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MoveStage(models.TextChoices):
    """Where a move stands: the job that is under way, or how it ended."""

    COPYING = "copying", _("First copy")
    ARRIVING = "arriving", _("Arrival of the first copy")
    FREEZING = "freezing", _("Read-only: last copy")
    RECEIVING = "receiving", _("Read-only: arrival of the last copy")
    RELEASING = "releasing", _("Read-only: old cell closed")
    OPENING = "opening", _("Read-only: new cell opened")
    DONE = "done", _("Moved")
    THAWING = "thawing", _("Called off: old cell reopened")
    DISCARDING = "discarding", _("Called off: copy erased")
    CALLED_OFF = "called_off", _("Called off")


class AgreementState(models.TextChoices):
    """Of an owner's agreement to leave her region."""

    ASKED = "asked", _("Not answered yet")
    AGREED = "agreed", pgettext_lazy("agreement", "Agreed")
    REFUSED = "refused", pgettext_lazy("agreement", "Refused")
    WITHDRAWN = "withdrawn", _("Taken back")
    USED = "used", _("Agreed, and moved")
    EXPIRED = "expired", _("Expired")


STANDING = (AgreementState.ASKED, AgreementState.AGREED)
OVER = (MoveStage.DONE, MoveStage.CALLED_OFF)
