"""Who the campaign knows. Rows are made for a million people: small, indexed, each with its source."""

from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.consent.enums import Reach, Relationship
from crm.consent.models import Sourced
from crm.fields.models import INDEXED
from crm.geo.countries import postal_line
from crm.people.enums import AddressStatus, Gender
from crm.people.expressions import CustomValue, Folded, HasCustom, NameWords, primary_or_id
from crm.people.paths import path_of_person
from crm.people.tag_models import DistinctTags as DistinctTags
from crm.people.tag_models import Tag as Tag
from crm.people.tag_models import TagAlias as TagAlias
from crm.people.tag_models import TagGroup as TagGroup
from shared.numbering import drawn_number
from shared.sampling import InSample


def _text(length: int, **options: Any) -> "models.CharField[str, str]":
    return models.CharField(max_length=length, blank=True, default="", db_default="", **options)


def _reach() -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(default=Reach.NO_ADDRESS, db_default=Reach.NO_ADDRESS.value)


def _can() -> "models.BooleanField[bool, bool]":
    return models.BooleanField(default=False, db_default=False)


class PersonQuerySet(models.QuerySet["Person"]):
    def alive(self) -> "PersonQuerySet":
        """Those whose data is still held."""
        return self.filter(erased_at__isnull=True)

    def newest_first(self) -> "PersonQuerySet":
        return self.order_by("-created_at", "-id")

    def by_name(self) -> "PersonQuerySet":
        return self.order_by(Folded("last_name"), Folded("first_name"), "id")

    def tagged(self, tag_id: int) -> "PersonQuerySet":
        return self.filter(tag_ids__contains=[tag_id])


class Person(Sourced):
    """A supporter. Contact columns repeat the primary address of each kind (`refresh_people` keeps them)."""

    uuid = models.UUIDField(unique=True, default=uuid4, db_default=RandomUUID(), editable=False)
    # Kept, though an index of the expression would do: where it is compared one by one, it is split for each look, ten times as long.
    words = models.GeneratedField(
        expression=NameWords("first_name", "last_name", "birth_name"), output_field=SearchVectorField(), db_persist=True
    )
    first_name = _text(100)
    last_name = _text(100)
    birth_name = _text(100)
    birth_date = models.DateField(null=True, blank=True)
    gender = _text(1, choices=Gender)
    occupation = _text(150)
    language = models.CharField(max_length=10, blank=True, default="fr", db_default="fr")
    support_level = models.PositiveSmallIntegerField(null=True, blank=True)
    tag_ids = ArrayField(models.IntegerField(), default=list, db_default=[], blank=True)
    relationship = models.CharField(
        max_length=12, choices=Relationship, default=Relationship.REGULAR, db_default=Relationship.REGULAR.value
    )
    external_id = _text(64)
    custom = models.JSONField(
        default=dict, db_default={}, blank=True
    )  # {"<key of the field>": value}, see crm.fields.values

    email = _text(254)
    phone = _text(20)
    street = _text(200)
    postcode = _text(10)
    city = _text(100)
    commune_code = _text(5)
    departement_code = _text(3)
    region_code = _text(3)
    country = models.CharField(max_length=2, blank=True, default="FR", db_default="FR")

    email_reach, sms_reach, call_reach, post_reach = _reach(), _reach(), _reach(), _reach()
    can_email, can_sms, can_call, can_post = _can(), _can(), _can(), _can()

    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    last_activity_at = models.DateTimeField(null=True, blank=True)
    erase_requested_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    # Merged into somebody: her row is empty and counts as erased, so that no list, segment or sending finds it; her
    # public uuid, her number elsewhere and her links lead on to the one who was kept.
    # No key in the database: rows of people are never deleted, and it would look at each new row once more.
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, db_index=False, db_constraint=False
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=Q(support_level__isnull=True) | Q(support_level__range=(1, 5)), name="people_support_level"
            ),
            models.UniqueConstraint(fields=["external_id"], condition=~Q(external_id=""), name="people_external_id"),
        ]
        indexes = [
            GinIndex(fields=["words"], name="people_words"),
            # intarray is in the path: its operators win over the built-in ones, so the index must be its own.
            GinIndex(fields=["tag_ids"], name="people_tags", opclasses=["gin__int_ops"]),
            # Ascending, and read backwards for the newest first: whoever comes is entered at the end, and pages fill up.
            models.Index(fields=["created_at", "id"], name="people_newest"),
            models.Index(Folded("last_name"), Folded("first_name"), "id", name="people_by_name"),
            models.Index(fields=["commune_code"], name="people_commune"),
            # Without a date: a page is met among the newest, or few enough to be put in order.
            models.Index(fields=["departement_code"], name="people_departement"),
            models.Index(fields=["postcode"], name="people_postcode", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["birth_date"], name="people_birth_date", condition=Q(birth_date__isnull=False)),
            models.Index(fields=["support_level"], name="people_support", condition=Q(support_level__isnull=False)),
            # Most are regular contacts: the few others are found by an index that holds only them.
            models.Index(
                fields=["relationship", "created_at", "id"],
                name="people_relationship",
                condition=~Q(relationship=Relationship.REGULAR.value),
            ),
            # What a file mostly has: those without it, newest first, as the list and the dashboard ask.
            models.Index(fields=["created_at", "id"], name="people_no_email", condition=Q(email="")),
            models.Index(fields=["created_at", "id"], name="people_no_phone", condition=Q(phone="")),
            models.Index(fields=["created_at", "id"], name="people_no_street", condition=Q(street="")),
            models.Index(
                fields=["erase_requested_at"], name="people_erasing", condition=Q(erase_requested_at__isnull=False)
            ),
            models.Index(fields=["id"], name="people_can_sms", condition=Q(can_sms=True)),
            models.Index(fields=["id"], name="people_sample", condition=Q(InSample("id"))),
            models.Index(fields=["merged_into"], name="people_merged", condition=Q(merged_into__isnull=False)),
            # A campaign without fields of its own pays nothing: conditions on them say that there are some (docs/decisions/0013).
            GinIndex(fields=["custom"], name="people_custom", opclasses=["jsonb_path_ops"], condition=~Q(custom={})),
            *(
                models.Index(
                    CustomValue("custom", key=key),
                    name=f"people_custom_{key}",
                    condition=Q(HasCustom("custom", key=key)),
                )
                for key in INDEXED
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Her name, or else the address she is known by."""
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.phone or str(_("Unnamed person"))

    @property
    def sort_name(self) -> str:
        return ", ".join(part for part in (self.last_name, self.first_name) if part) or self.full_name

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None

    def get_absolute_url(self) -> str:
        return path_of_person(self.uuid)


class ErasureRequest(Sourced):
    """Somebody's wish that a person be forgotten, until it is done or taken back: each stands for itself, the first one counts."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, db_index=False, related_name="erasure_requests")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("request for erasure")
        indexes = [models.Index(fields=["person", "at"], name="people_erasure_request")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.at}"


class Address(Sourced):
    """What the three kinds of address share: whose, which one first, whether it works, whence.

    Whose it is has no key in the database: rows of people are never deleted, and its check costs an import more than the row.
    Nor has its number an index of its own: it is asked for with the person. The database's key is person and rank.
    """

    pk = models.CompositePrimaryKey("person_id", "id")
    id = drawn_number()
    rank = models.GeneratedField(  # hers from the first one on: 0, then by age; so that one alone is primary
        expression=primary_or_id(), output_field=models.BigIntegerField(), db_persist=True
    )
    is_primary = models.BooleanField(default=True, db_default=True)
    status = models.CharField(
        max_length=8, choices=AddressStatus, default=AddressStatus.UNKNOWN, db_default=AddressStatus.UNKNOWN.value
    )
    status_reason = _text(200)
    status_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


class EmailAddress(Address):
    """One address belongs to one person of the campaign."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="emails"
    )
    address = models.CharField(max_length=254)  # lower case, domain in IDNA
    typed = _text(254)  # as its owner writes it

    class Meta:
        constraints = [
            models.UniqueConstraint(OpClass(Folded("address"), name="text_pattern_ops"), name="people_email_unique"),
        ]
        indexes = [
            models.Index(fields=["person"], name="people_email_bad", condition=Q(status=AddressStatus.BAD.value))
        ]

    def __str__(self) -> str:
        return self.typed or self.address


class PhoneNumber(Address):
    """A number may be shared by a household."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="phones"
    )
    number = models.CharField(max_length=20)  # E.164
    is_mobile = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "number"], name="people_phone_unique"),
        ]
        indexes = [models.Index(fields=["number"], name="people_phone_number", opclasses=["varchar_pattern_ops"])]

    def __str__(self) -> str:
        return self.number


class PostalAddress(Address):
    """Commune by INSEE code when it is certain; otherwise left empty, to be asked."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="addresses"
    )
    street = _text(200)
    postcode = _text(10)
    city = _text(100)
    commune_code = _text(5)
    departement_code = _text(3)
    region_code = _text(3)
    country = models.CharField(max_length=2, blank=True, default="FR", db_default="FR")

    def __str__(self) -> str:
        return postal_line(self.street, self.postcode, self.city, self.country)


class TagChange(Sourced):
    """Who put or took which tags, when. The database refuses to change it."""

    person = models.ForeignKey(
        Person, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="tag_changes"
    )
    added = ArrayField(models.IntegerField(), default=list, db_default=[])
    removed = ArrayField(models.IntegerField(), default=list, db_default=[])
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="people_tag_change")]

    def __str__(self) -> str:
        return f"+{self.added} -{self.removed}"


class PersonChange(Sourced):
    """One act that changed what a person already had: {"field": [old, new]}. What she came with has the source of her row."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, db_index=False, related_name="changes")
    changes = models.JSONField(default=dict)
    reason = _text(200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="people_change_person")]

    def __str__(self) -> str:
        return ", ".join(self.changes)


class PersonMerge(Sourced):
    """Two rows that were one human being, and what it takes to part them again; emptied after 30 days or an erasure."""

    kept = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merges")
    merged = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(default=dict)  # the merged row, the kept one's fields, which addresses were first
    moved = models.JSONField(default=dict)  # {"table.column": [ids]}
    consents = models.JSONField(default=list)  # what the ledger had to say for the kept one
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="people_merge_recent")]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"


class Note(Sourced):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text[:60]


class Activity(Sourced):
    """What a supporter did, or what was done with her: the one stream that site, messages and office write to."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, db_index=False, related_name="activities")
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    payload = models.JSONField(default=dict, db_default={})
    key = models.CharField(max_length=120, null=True, blank=True)  # the same act told twice is one row

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        # Not `unique=True` on the field: that would add an index for LIKE, which nobody asks.
        constraints = [models.UniqueConstraint(fields=["key"], name="people_activity_key")]
        indexes = [
            # Segments ask what was done, of one person or of all, without a look at the rows themselves.
            models.Index(fields=["person", "-at", "-id"], name="people_activity_by_person", include=["kind"]),
            models.Index(fields=["kind", "-at"], name="people_activity_by_kind", include=["person"]),
            # The sample's alone: what its people did is read in a millisecond, whatever the kind.
            models.Index(
                fields=["kind", "-at"],
                name="people_activity_sample",
                include=["person"],
                condition=Q(InSample("person")),
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class SavedView(models.Model):
    """Filters, search, order and columns of the list of people, kept under a name by a member of the team."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(blank=True, default="", db_default="")
    columns = ArrayField(models.CharField(max_length=40), default=list, db_default=[])
    owner_id = models.BigIntegerField()  # no key: she may leave, and what she shared stays
    is_shared = models.BooleanField(default=False, db_default=False)
    owner_name = ""  # beside its name, where another one is called so, too: crm.people.saved_views tells it

    class Meta:
        verbose_name = _("view of the list")
        constraints = [models.UniqueConstraint("owner_id", Folded("name"), name="people_view_once")]

    def __str__(self) -> str:
        return self.name


class ListChoice(models.Model):
    """How one member of the team sees the list when nothing else is said."""

    user_id = models.BigIntegerField(primary_key=True)
    columns = ArrayField(models.CharField(max_length=40), default=list, db_default=[])
    view = models.ForeignKey(SavedView, on_delete=models.SET_NULL, null=True)

    def __str__(self) -> str:
        return str(self.user_id)
