"""The ledger, what stands now according to it, and the addresses that must be left alone."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.consent.enums import Basis, Channel, Purpose, SourceKind
from shared.numbering import drawn_number
from shared.sampling import InSample

IN_FILES = [Channel.EMAIL.value, Channel.SMS.value]  # the people of a file mostly agreed to news by these


class Sourced(models.Model):
    """Whence this row comes: a form, an import, somebody of the team."""

    source_kind = models.CharField(max_length=12, choices=SourceKind, default="office", db_default="office")
    source_reference = models.CharField(max_length=100, blank=True, default="", db_default="")
    actor_id = models.BigIntegerField(null=True)  # the team's member; no key, so that she can leave and her acts stay

    class Meta:
        abstract = True


class Wording(models.Model):
    """A sentence that people agreed to, kept once whatever the number of those who did."""

    hash = models.CharField(max_length=64, primary_key=True)  # SHA-256 of the text
    text = models.TextField()
    first_seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.text


class ConsentEntry(Sourced):
    """One line of the ledger. The database refuses to change or delete it; it outlives the person's data.

    It is asked for with the person: its number alone has no index, and people of one import may share it.
    """

    pk = models.CompositePrimaryKey("person_id", "id")
    id = drawn_number()
    person = models.ForeignKey(
        "people.Person",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="consent_entries",
    )
    purpose = models.CharField(max_length=16, choices=Purpose)
    channel = models.CharField(max_length=8, choices=Channel)
    granted = models.BooleanField()
    basis = models.CharField(max_length=20, choices=Basis)
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    given_on = models.DateField(
        null=True
    )  # when she said so, where whoever tells it knows; `at` is when it was written
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("consent entry")

    def __str__(self) -> str:
        return f"{self.purpose}/{self.channel}: {self.granted}"


class ConsentState(models.Model):
    """The ledger's last word per person, purpose and channel."""

    # What it is about is its key: a number beside it would cost a third of writing the row, and nobody asks for it.
    pk = models.CompositePrimaryKey("person_id", "purpose", "channel")
    # As in the ledger, no key in the database: its check costs an import as much as the row itself.
    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="consents"
    )
    purpose = models.CharField(max_length=16, choices=Purpose)
    channel = models.CharField(max_length=8, choices=Channel)
    granted = models.BooleanField()
    basis = models.CharField(max_length=20, choices=Basis)
    entry_id = models.BigIntegerField()
    entry = models.ForeignObject(
        ConsentEntry, models.PROTECT, from_fields=["person", "entry_id"], to_fields=["person", "id"], related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("consent")
        indexes = [
            # Not what most people agreed to: where it is half of all states, they are read as quickly without an index, and a file
            # brings them by the million.
            models.Index(
                fields=["purpose", "channel", "person"],
                name="consent_state_granted",
                condition=Q(granted=True) & ~Q(purpose=Purpose.NEWS.value, channel__in=IN_FILES),
            ),
            models.Index(
                fields=["purpose", "channel", "granted"],
                name="consent_state_sample",
                include=["person", "basis"],
                condition=Q(InSample("person")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}/{self.channel}: {self.granted}"


class Suppression(models.Model):
    """An address that must not be used, known only by a keyed hash: it survives the erasure of the person."""

    channel = models.CharField(max_length=8, choices=Channel)
    address_hash = models.BinaryField(max_length=32)
    reason = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "address_hash"], name="consent_suppression_unique")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.reason}"
