from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.imports.enums import DateOrder, ExistingPolicy, ImportState, IssueLevel, SourceType
from crm.imports.sniffing import FileFormat

KEPT = timedelta(days=30)
READING_SHARE = 30  # percent of the time that an import takes


class ImportQuerySet(models.QuerySet["Import"]):
    def at_work(self) -> "ImportQuerySet":
        return self.filter(state__in=[ImportState.QUEUED, ImportState.RUNNING, ImportState.UNDOING])

    def to_decide(self) -> "ImportQuerySet":
        """What waits for somebody: a draft, an interruption, rows that were set aside and that nobody has looked after."""
        waiting = models.Q(state__in=[ImportState.DRAFT, ImportState.FAILED])
        return self.filter(waiting | models.Q(state=ImportState.DONE, rejected__gt=0, settled_at=None))


class Import(models.Model):
    """One file of contacts, from its upload to its report, and to its undoing."""

    name = models.CharField(_("name"), max_length=120)
    file_name = models.CharField(max_length=200)
    file = models.CharField(
        max_length=200, blank=True, help_text="In the tenant's private storage; empty once deleted."
    )
    plan = models.CharField(max_length=200, blank=True, help_text="Beside the file, while rows are left to write.")
    size = models.BigIntegerField(default=0)
    checksum = models.CharField(max_length=64, db_index=True)
    format = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    total = models.IntegerField(_("rows in the file"), default=0)

    source_type = models.CharField(_("source"), max_length=20, choices=SourceType.choices, blank=True)
    proof = models.TextField(_("proof"), blank=True)
    consent_channels = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    consent_wording = models.TextField(blank=True)
    consent_wordings = models.JSONField(
        default=dict, db_default={}, help_text="Channel: its sentence, where people read another one for it."
    )
    consent_on = models.DateField(null=True, blank=True)
    date_order = models.CharField(max_length=3, choices=DateOrder.choices, blank=True)
    phone_region = models.CharField(max_length=2, default="FR")
    tags = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    rules = models.JSONField(
        default=dict, help_text="For people who are known: number of the column, and its own rule."
    )
    existing = models.CharField(max_length=10, choices=ExistingPolicy.choices, default=ExistingPolicy.FILL)

    choices = models.CharField(
        max_length=64, blank=True, help_text="A hash of all that decides what becomes of a row, beside the row."
    )

    places = models.JSONField(
        default=dict, help_text="Postcodes of several communes whose rows leave a doubt: see crm.imports.communes."
    )
    communes = models.JSONField(default=dict, help_text="Postcode: the commune that it means in this file.")
    trial = models.JSONField(
        default=dict, help_text="What a dry run of the whole file found; empty once the draft is changed."
    )

    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.DRAFT)
    failure = models.CharField(max_length=40, blank=True, help_text="Why it stopped or was refused.")
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    read = models.IntegerField(default=0, help_text="Rows that were read and cleaned: all, before any is written.")
    position = models.IntegerField(default=0, help_text="Rows of the file that are done and committed.")
    created = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    merged = models.IntegerField(default=0)
    organisations = models.IntegerField(default=0, db_default=0, help_text="Rows that are some, and no people.")
    organisations_made = models.IntegerField(
        default=0, db_default=0, help_text="By these rows, of which two may be one."
    )
    organisations_completed = models.IntegerField(default=0, db_default=0)
    rejected = models.IntegerField(default=0)
    issue_counts = models.JSONField(default=dict, help_text="How many of each kind, also those beyond what is kept.")
    undo_counts = models.JSONField(default=dict)

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Import"]] = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                # Every row that was read ended somewhere.
                condition=models.Q(
                    position=models.F("created")
                    + models.F("updated")
                    + models.F("unchanged")
                    + models.F("merged")
                    + models.F("organisations")
                    + models.F("rejected")
                ),
                name="imports_import_rows_add_up",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def file_format(self) -> FileFormat:
        return FileFormat.from_json(self.format)

    @property
    def undo_until(self) -> Any:
        return self.finished_at + KEPT if self.finished_at else None

    @property
    def percent(self) -> int:
        if self.state == ImportState.UNDOING:
            done, total = self.undo_counts.get("done", 0), self.undo_counts.get("total", 0)
        else:
            read = max(self.read, self.position)
            done, total = (read * READING_SHARE + self.position * (100 - READING_SHARE)) // 100, self.total
        return min(100, done * 100 // total) if total else 0

    @property
    def at_work(self) -> bool:
        return self.state in (ImportState.QUEUED, ImportState.RUNNING, ImportState.UNDOING)

    @property
    def waits_for_plan(self) -> bool:
        """A draft that brings too many, or an import that met the limit on its way."""
        return self.failure == "limit" and self.state in (ImportState.DRAFT, ImportState.FAILED)

    @property
    def can_resume(self) -> bool:
        stopped = self.state in (ImportState.FAILED, ImportState.CANCELLED) and bool(self.file)
        return stopped and (self.position < self.total or self.has_ties_to_write)

    @property
    def lost_its_file(self) -> bool:
        """Somebody in it was erased: see crm.imports.forgetting. With the file went the ties that waited, even below its last row."""
        stopped = self.state in (ImportState.FAILED, ImportState.CANCELLED)
        return stopped and not self.file and self.purged_at is None

    @property
    def has_ties_to_write(self) -> bool:
        return self.batches.exclude(ties=None).exists()

    @property
    def can_undo(self) -> bool:
        finished = self.state in (ImportState.DONE, ImportState.CANCELLED, ImportState.FAILED)
        return finished and self.purged_at is None and self.position > self.rejected


class CommuneChoice(models.Model):
    """Which of a postcode's communes the campaign's people live in, where their files do not tell: for the next ones."""

    postcode = models.CharField(max_length=5, primary_key=True)
    commune_code = models.CharField(max_length=5)
    chosen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("commune of a postcode")
        verbose_name_plural = _("communes of postcodes")

    def __str__(self) -> str:
        return f"{self.postcode}: {self.commune_code}"


class ImportIssue(models.Model):
    """Something to tell about a line of the file: why it was set aside, or what of it could not be used."""

    id = models.BigAutoField(primary_key=True)
    import_run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="issues")
    line = models.IntegerField()
    level = models.CharField(max_length=10, choices=IssueLevel.choices)
    kind = models.CharField(max_length=30)
    column = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=300, blank=True)
    cells = ArrayField(models.TextField(), null=True, blank=True)
    # No key: whoever leaves takes nothing with her but the words, see crm.imports.forgetting.
    person_id = models.BigIntegerField(null=True, help_text="Whom the line is about, where somebody is.")

    class Meta:
        verbose_name = _("line to look at")
        verbose_name_plural = _("lines to look at")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["import_run", "level", "kind", "line"], name="imports_issue_listing"),
            models.Index(
                fields=["person_id"], name="imports_issue_person", condition=models.Q(person_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.kind}"


class ImportBatch(models.Model):
    """Rows of the file that were committed together, and whom they are about: what a resumed or undone import and segments go by."""

    id = models.BigAutoField(primary_key=True)
    import_run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="batches")
    number = models.IntegerField()
    rows = models.IntegerField()
    created_ids = ArrayField(models.BigIntegerField(), default=list)
    known_ids = ArrayField(models.BigIntegerField(), default=list, help_text="Who was there before the import.")

    fingerprints = models.BinaryField(
        null=True, help_text="Of its rows, until the next import: see crm.imports.fingerprints."
    )
    ties = models.BinaryField(
        null=True,
        help_text="What its rows say of employers and recruiters, until that is written: see crm.imports.tying.",
    )

    class Meta:
        verbose_name = _("batch of an import")
        verbose_name_plural = _("batches of an import")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["import_run", "number"], name="imports_importbatch_once")
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.rows}"


class UpdatedPerson(models.Model):
    """What an import changed of somebody who was there before: enough to take it back within 30 days."""

    id = models.BigAutoField(primary_key=True)
    import_run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="updated_people")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    changes = models.JSONField(default=dict, help_text="Field: what it was, what the import made of it.")
    emails = ArrayField(models.BigIntegerField(), default=list, help_text="Ids of what was added.")
    phones = ArrayField(models.BigIntegerField(), default=list)
    notes = ArrayField(models.BigIntegerField(), default=list)
    tags = ArrayField(models.IntegerField(), default=list)
    removed = models.JSONField(default=dict, help_text="What the file took the place of, to be given back.")

    class Meta:
        verbose_name = _("updated person")
        verbose_name_plural = _("updated people")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["import_run", "person"], name="imports_updatedperson_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}"


class ImportedOrganisation(models.Model):
    """An organisation that an import made or completed: enough to take it back within 30 days."""

    id = models.BigAutoField(primary_key=True)
    import_run = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="imported_organisations", db_index=False
    )
    organisation = models.ForeignKey("relations.Organisation", on_delete=models.CASCADE, related_name="+")
    is_new = models.BooleanField()
    changes = models.JSONField(default=dict, help_text="Field: what it was, what the import made of it.")
    tags = ArrayField(models.IntegerField(), default=list, help_text="Those that were added.")

    class Meta:
        verbose_name = _("imported organisation")
        verbose_name_plural = _("imported organisations")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["import_run", "organisation"], name="imports_importedorganisation_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}"
