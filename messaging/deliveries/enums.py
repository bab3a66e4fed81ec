from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MailingState(models.TextChoices):
    PREPARING = "preparing", _("Preparing the list")
    WAITING = "waiting", _("About to leave")
    SENDING = "sending", _("Being sent")
    PAUSED = "paused", _("Paused")
    FINISHED = "finished", _("Sent")
    STOPPED = "stopped", _("Stopped")
    CANCELLED = "cancelled", _("Cancelled")


class LegalClass(models.TextChoices):
    """What the law looks at: who was picked, and whether the message is political (regulation 2024/900)."""

    WHOLE = "whole", _("whole list")
    SELECTED = "selected", _("selection")
    PRACTICAL = "practical", _("practical message")
    REQUEST = "request", _("request for agreement")


class BatchState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    LEASED = "leased", _("In hand")
    DONE = "done", _("Done")


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    HELD = "held", _("Will be tried again")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    SKIPPED = "skipped", _("Left out since")
    UNKNOWN = "unknown", _("Cannot be known")


class Reason(models.TextChoices):
    """Why a delivery did not simply go through."""

    NONE = "", ""
    BAD_ADDRESS = "bad_address", _("The address does not exist")
    MAILBOX_FULL = "mailbox_full", _("The mailbox is full")
    BLOCKED = "blocked", _("Refused by the receiver's rules")
    TOO_LARGE = "too_large", _("The message is too large for the receiver")
    REFUSED = "refused", _("Refused without a stated reason")
    LATER = "later", _("The receiver asked us to come back later")
    GAVE_UP = "gave_up", _("Still not accepted after several attempts")
    CONNECTION = "connection", _("The connection broke at the moment of handing over")
    KILLED = "killed", _("Sending was cut off at the moment of handing over")
    NOT_PERMITTED = "not_permitted", _("No longer agrees to this message")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed before it left")
    NO_ADDRESS = "no_address", _("No usable address any more")
    STOPPED = "stopped", _("The sending was stopped")
    AGREED = "agreed", _("Has agreed meanwhile")
    ASKED_BEFORE = "asked_before", _("Was asked once already")
    SILENCE = "silence", _("Waits for the end of the election silence")
    QUIET_HOURS = "quiet_hours", _("Waits for the hours when you send")


class WhyNot(models.TextChoices):
    """Why somebody of a selection is not asked for an agreement. The first that applies counts: they add up."""

    AGREED = "agreed", _("already agree")
    REFUSED = "refused", _("refused or unsubscribed")
    LEFT_ALONE = "left_alone", pgettext_lazy("several people", "asked to be left alone")
    NO_ADDRESS = "no_address", _("without an e-mail that works")
    FOREIGN = "foreign", _("from an electoral roll or a rented file")
    MINOR = "minor", _("known to be under 15")
    ASKED = "asked", _("were asked once already")


# No server refused: they are not tried in vain, and never given up.
HOLDS = (Reason.SILENCE, Reason.QUIET_HOURS)
# Of a delivery that asks for an agreement: it rests on no entry of the ledger.
REQUEST_BASIS = "request"
PENDING = (DeliveryState.QUEUED, DeliveryState.HELD)
