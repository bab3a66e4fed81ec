from django.db import models
from django.utils.translation import gettext_lazy as _


class TenantKind(models.TextChoices):
    """Who campaigns: decides which exception of art. 9 GDPR the product may offer."""

    CANDIDATE = "candidate", _("Candidate or list")
    PARTY = "party", _("Party or movement")
    ELECTED = "elected", _("Elected official")
    UNION = "union", _("Union")
    NGO = "ngo", _("NGO")
    ASSOCIATION = "association", _("Association or collective")


class TenantState(models.TextChoices):
    PROVISIONING = "provisioning", _("Being set up")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    MOVING = "moving", _("Moving")  # read, and not written to
    MOVED = "moved", _("Moved to another cell")
    CLOSED = "closed", _("Closed")
    ERASED = "erased", _("Erased")


class MigrationState(models.TextChoices):
    """Of bringing the fleet to a version."""

    RUNNING = "running", _("Running")
    DONE = "done", _("All migrated")
    FAILED = "failed", _("Some failed")
    STOPPED = "stopped", _("Stopped at a canary")


class DomainKind(models.TextChoices):
    PLATFORM = "platform", _("On the platform")  # the campaign's address, and those that it had before
    OWN = "own", _("The campaign's own")  # its owner has proved that it is hers
