import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.consent.enums import Basis
from messaging.deliveries.enums import REQUEST_BASIS, BatchState, DeliveryState, LegalClass, MailingState, Reason


class Mailing(models.Model):
    """One message on its way to a frozen list of people. What is written stands with the channel (messaging.email)."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=10, default="email")
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=MailingState, default=MailingState.PREPARING)
    legal_class = models.CharField(max_length=12, choices=LegalClass)
    # The tree of criteria as it was at the click: what "who was written to" means does not move with the segment.
    criteria = models.JSONField(default=dict, blank=True)
    # Of a request: whom the list showed (crm.people.selecting), in the place of criteria.
    selection = models.JSONField(default=dict, blank=True, db_default={})
    audience_name = models.CharField(max_length=200, blank=True)
    people_count = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by_id = models.BigIntegerField(null=True, blank=True)  # a team member may leave; the record stays
    starts_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        indexes = [models.Index(fields=["-asked_at"], name="deliveries_mailing_recent")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        return self.state in (MailingState.FINISHED, MailingState.STOPPED, MailingState.CANCELLED)

    @property
    def is_scheduled(self) -> bool:
        """Leaves at a moment that was chosen, not when the undo window is over."""
        return self.starts_at - self.asked_at > timedelta(hours=1)

    @property
    def is_moving(self) -> bool:
        return self.state in (MailingState.PREPARING, MailingState.WAITING, MailingState.SENDING)


class MailingEvent(models.Model):
    """The journal of a mailing: who asked, cancelled, paused, stopped, and when."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("event of a mailing")
        verbose_name_plural = _("events of mailings")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.kind


class Delivery(models.Model):
    """One person of the frozen list: why we may write to them, and what became of it. Holds no address.

    No index has `state` in it: an outcome then rewrites the row in place and leaves the indexes alone.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED)
    reason = models.CharField(max_length=16, choices=Reason, default=Reason.NONE, blank=True)
    basis = models.CharField(max_length=24)
    consent_id = models.BigIntegerField(null=True, blank=True)  # entry of the append-only ledger
    code = models.CharField(max_length=16, blank=True, default="")  # what the server answered, without its text
    attempts = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)  # through this very message
    agreed_at = models.DateTimeField(null=True, blank=True)  # likewise, to what it asked

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["mailing", "person"], name="deliveries_delivery_once")]
        indexes = [
            models.Index(fields=["mailing"], name="deliveries_delivery_agreed", condition=Q(agreed_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id}/{self.pk}"

    @property
    def basis_label(self) -> str:
        if self.basis == REQUEST_BASIS:
            return str(_("one question (legitimate interest)"))
        return str(Basis(self.basis).label) if self.basis in Basis.values else self.basis


class AskedAddress(models.Model):
    """An address that was asked for an agreement, known only by a keyed hash: nobody is asked twice, not even after an erasure."""

    address_hash = models.BinaryField(max_length=32, unique=True)
    # No key: a restoration keeps what was asked by mailings that it does not know.
    mailing_id = models.BigIntegerField()
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("asked address")
        verbose_name_plural = _("asked addresses")

    def __str__(self) -> str:
        return f"{self.mailing_id}: {self.asked_at:%Y-%m-%d}"


class Batch(models.Model):
    """A run of deliveries that one worker holds at a time, and how far it got.

    Deliveries are handed over in the order of their ids. Those up to `done_through` have their outcome (accepted, or
    as `exceptions` says); those after it and up to `intent_through` may have been handed over; later ones were not.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="batches", db_index=False)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    size = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=BatchState, default=BatchState.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    intent_through = models.BigIntegerField(default=0)
    done_through = models.BigIntegerField(default=0)
    exceptions = models.JSONField(default=dict, blank=True)
    # [[state, reason, people, unsubscribed]…], kept by messaging.deliveries.counts. None: by an older version, not counted.
    counts = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints = [
            models.UniqueConstraint(fields=["mailing", "first_id"], name="deliveries_batch_once"),
            models.CheckConstraint(condition=Q(first_id__lte=models.F("last_id")), name="deliveries_batch_range"),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id}: {self.first_id}-{self.last_id}"


class Vote(models.Model):
    """A day on which people vote: nothing is sent from its eve on."""

    name = models.CharField(_("vote"), max_length=120)
    day = models.DateField(_("day"), unique=True)
    overseas_day_before = models.BooleanField(_("the Americas and Polynesia vote on the day before"), default=False)

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.name} ({self.day})"


class QuietHours(models.Model):
    """Between these hours, on the clock of whoever is written to, nothing leaves. One row at most."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    starts_at = models.TimeField(pgettext_lazy("quiet hours", "from"))
    ends_at = models.TimeField(pgettext_lazy("quiet hours", "until"))

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="deliveries_quiethours_single")]

    def __str__(self) -> str:
        return f"{self.starts_at:%H:%M}-{self.ends_at:%H:%M}"
