"""Whom people are tied to: each other, and organisations. One row for each tie, read from both ends."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.consent.models import Sourced
from crm.people.expressions import Folded
from crm.people.models import Person
from crm.relations.enums import AffiliationKind, OrganisationKind, RelationKind


def _text(length: int) -> "models.CharField[str, str]":
    return models.CharField(max_length=length, blank=True, default="", db_default="")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def present(self) -> "OrganisationQuerySet":
        """Those that were not merged into another one."""
        return self.filter(merged_into=None)

    def tagged(self, tag_id: int) -> "OrganisationQuerySet":
        return self.filter(tag_ids__contains=[tag_id])


class Organisation(Sourced):
    """An employer, an association, a party: never counted among people, and nothing is sent to it by a message."""

    uuid = models.UUIDField(unique=True, default=uuid4, db_default=RandomUUID(), editable=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=12,
        choices=OrganisationKind,
        default=OrganisationKind.OTHER,
        db_default=OrganisationKind.OTHER.value,
    )
    siren = _text(9)
    website = _text(200)
    email = _text(254)
    phone = _text(20)
    street = _text(200)
    postcode = _text(10)
    city = _text(100)
    note = models.TextField(blank=True, default="", db_default="")
    tag_ids = ArrayField(models.IntegerField(), default=list, db_default=[], blank=True)  # of the tags that people have
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    # Merged: out of every list; its address and the conditions that name it lead to the one that was kept.
    merged_into = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="+", db_index=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(fields=["siren"], condition=~Q(siren=""), name="relations_organisation_siren")
        ]
        indexes = [
            GinIndex(OpClass(Folded("name"), name="gin_trgm_ops"), name="relations_organisation_trgm"),
            models.Index(Folded("name"), "id", name="relations_organisation_name"),
            models.Index("kind", Folded("name"), "id", name="relations_organisation_kind"),
            GinIndex(fields=["tag_ids"], name="relations_organisation_tags", opclasses=["gin__int_ops"]),
            models.Index(
                fields=["merged_into"], name="relations_organisation_merged", condition=Q(merged_into__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("relations:organisation", args=[self.uuid])


class OrganisationMerge(Sourced):
    """Two rows that were one organisation, and what it takes to part them again; emptied after 30 days."""

    kept = models.ForeignKey(Organisation, models.CASCADE, related_name="merges")
    merged = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    before = models.JSONField(default=dict)  # {"field": [of the kept one before, and after]}
    moved = models.JSONField(default=dict)  # ids of ties, ties that both had, rows merged into it earlier, tags it had
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"


class Affiliation(Sourced):
    person = models.ForeignKey(Person, models.CASCADE, related_name="affiliations", db_index=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="affiliations", db_index=False)
    kind = models.CharField(max_length=12, choices=AffiliationKind)
    title = _text(150)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation", "kind"], name="relations_affiliation_once")
        ]
        indexes = [models.Index(fields=["organisation", "id"], name="relations_affiliation_there")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.organisation_id}"


class Relation(Sourced):
    """`other` is the recruiter, or the point person, of `person`."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="relations", db_index=False)
    kind = models.CharField(max_length=12, choices=RelationKind)
    other = models.ForeignKey(Person, models.CASCADE, related_name="relations_back", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        # No check that the two differ: of two who were merged, a row between them waits for their parting.
        constraints = [models.UniqueConstraint(fields=["person", "kind", "other"], name="relations_relation_once")]
        indexes = [models.Index(fields=["other", "kind", "id"], name="relations_relation_back")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.other_id}"


class HouseholdMember(Sourced):
    """Everybody with the same `household` lives together; a person lives in one."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="households", db_index=False)
    household = models.UUIDField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person"], name="relations_household_once")]
        indexes = [models.Index(fields=["household", "person"], name="relations_household_members")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.household}"
