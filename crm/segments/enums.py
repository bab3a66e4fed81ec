from django.db import models
from django.utils.translation import gettext_lazy as _


class GroupKind(models.TextChoices):
    """How the conditions of one group of the builder belong together."""

    ALL = "all", _("all of these conditions")
    ANY = "any", _("at least one of these conditions")
    NONE = "none", _("none of these conditions")


class LegalKind(models.TextChoices):
    WHOLE = "whole", _("whole list")
    SELECTED = "selected", _("selection")


class ChangeKind(models.TextChoices):
    CREATED = "created", _("created")
    CHANGED = "changed", _("conditions changed")
    RENAMED = "renamed", _("renamed")
    DUPLICATED = "duplicated", _("created as a copy")
    FROZEN = "frozen", _("frozen as a list")
    ARCHIVED = "archived", _("archived")
    RESTORED = "restored", _("taken back from the archive")
    DELETED = "deleted", _("deleted")
