"""What is measured of those who agreed to it. Whoever did not has no row here."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shared.sampling import InSample


class Link(models.Model):
    """An address of a message as it left: where the links of measured mails lead, and nowhere else."""

    mailing = models.ForeignKey("deliveries.Mailing", models.CASCADE, db_index=False, related_name="links")
    position = models.PositiveSmallIntegerField()
    address = models.TextField()

    class Meta:
        verbose_name = _("link of a message")
        verbose_name_plural = _("links of messages")
        constraints = [models.UniqueConstraint(fields=["mailing", "position"], name="measuring_link_once")]

    def __str__(self) -> str:
        return self.address


class Reading(models.Model):
    """One message to one person who had agreed to be measured when it left, and what is known of her reading."""

    mailing = models.ForeignKey("deliveries.Mailing", models.CASCADE, db_index=False, related_name="readings")
    person = models.ForeignKey("people.Person", models.CASCADE, db_index=False, related_name="readings")
    delivery = models.OneToOneField("deliveries.Delivery", models.CASCADE, related_name="reading")
    sent_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)  # for the first time
    last_opened_at = models.DateTimeField(null=True)
    openings = models.PositiveIntegerField(default=0)
    clicked_at = models.DateTimeField(null=True)
    last_clicked_at = models.DateTimeField(null=True)
    clicks = models.PositiveIntegerField(default=0)
    machine_hits = models.PositiveIntegerField(default=0)  # of mail programs and scanners, before anybody read it

    class Meta:
        verbose_name = _("reading of a message")
        verbose_name_plural = _("readings of messages")
        indexes = [
            models.Index(
                fields=["mailing"],
                name="measuring_reading_mailing",
                include=["opened_at", "clicked_at", "machine_hits"],
            ),
            models.Index(
                fields=["person"],
                name="measuring_reading_person",
                include=["mailing", "sent_at", "opened_at", "clicked_at"],
            ),
            models.Index(
                fields=["opened_at"],
                name="measuring_reading_opened",
                include=["person", "mailing"],
                condition=Q(opened_at__isnull=False),
            ),
            models.Index(
                fields=["clicked_at"],
                name="measuring_reading_clicked",
                include=["person", "mailing"],
                condition=Q(clicked_at__isnull=False),
            ),
            # The sample's alone: large numbers are estimated from it.
            models.Index(
                fields=["person"],
                name="measuring_reading_sample",
                include=["mailing", "sent_at", "opened_at", "clicked_at"],
                condition=Q(InSample("person")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id}/{self.person_id}"


class Click(models.Model):
    """One link that somebody followed, whatever how often."""

    reading = models.ForeignKey(Reading, models.CASCADE, db_index=False, related_name="links")
    link = models.ForeignKey(Link, models.CASCADE, related_name="clicks")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
        constraints = [models.UniqueConstraint(fields=["reading", "link"], name="measuring_click_once")]

    def __str__(self) -> str:
        return f"{self.link_id}: {self.times}"
