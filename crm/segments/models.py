from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.segments.enums import ChangeKind


class Segment(models.Model):
    """People chosen by conditions: never a list of names, always counted anew."""

    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("what it is for"), max_length=300, blank=True)
    criteria = models.JSONField(_("conditions"), default=dict, blank=True)
    # Two people on the same segment: the second one is told, and overwrites nothing.
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)
    # Looked at or written to: a segment that nobody uses is not counted every night.
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="segments_segment_name_unique")]

    def __str__(self) -> str:
        return self.name


class SegmentCount(models.Model):
    """How many people a segment had on one day: the points of its curve."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="counts", db_index=False)
    day = models.DateField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "day"], name="segments_count_once")]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"


class PeopleList(models.Model):
    """Names written down on one day: what became of the segment since does not change it."""

    name = models.CharField(_("name"), max_length=120)
    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, related_name="snapshots")
    criteria = models.JSONField(_("conditions"), default=dict, blank=True)
    count = models.PositiveIntegerField(default=0)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # False as long as a worker has it in hand: nobody is on it yet.
    is_written = models.BooleanField(default=True, db_default=True)
    # Deleted, and a worker takes its people off: nothing may count on it any more.
    is_leaving = models.BooleanField(default=False, db_default=False)
    # What the law asks of whom it was made of, as the segment was at that moment: no later change lifts it.
    # A list of which nobody wrote that down may have been made by anything.
    has_opinion = models.BooleanField(default=True, db_default=True)
    needs_own_data = models.BooleanField(default=True, db_default=True)

    class Meta:
        verbose_name = _("list of people")
        verbose_name_plural = _("lists of people")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="segments_people_list_unique")]

    def __str__(self) -> str:
        return self.name


class PeopleListMember(models.Model):
    people_list = models.ForeignKey(PeopleList, models.CASCADE, related_name="members", db_index=False)
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "people_list"], name="segments_member_once")]
        indexes = [models.Index(fields=["people_list", "person"], name="segments_member_list")]

    def __str__(self) -> str:
        return f"{self.people_list_id}/{self.person_id}"


class SegmentChange(models.Model):
    """What was done to a segment, kept when the segment itself is gone."""

    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, related_name="changes")
    kind = models.CharField(max_length=12, choices=ChangeKind)
    name = models.CharField(max_length=120)
    criteria = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
