from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DeadLetter(models.Model):
    """A message of the bus that nobody here could receive: of an unknown version, or its receiver failed. Ids only, as on the bus."""

    digest = models.CharField(max_length=64, unique=True)  # the same message twice is one letter
    name = models.CharField(_("message"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"))
    body = models.JSONField(_("content"))
    sender = models.CharField(_("sender"), max_length=20)
    reason = models.CharField(_("reason"), max_length=120)  # an exception's name: no data
    tries = models.PositiveSmallIntegerField(_("tries"), default=1)
    kept_at = models.DateTimeField(_("kept"), default=timezone.now)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("dead letter")
        verbose_name_plural = _("dead letters")
        ordering = ["kept_at"]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
