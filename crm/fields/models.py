"""What a campaign wants to know of people beside what everybody asks. Values are in `Person.custom`, by the field's key."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.fields.enums import FieldKind

INDEXED = range(1, 9)  # keys whose values a B-tree of the people's table holds: for numbers and dates


class CustomFieldQuerySet(models.QuerySet["CustomField"]):
    def active(self) -> "CustomFieldQuerySet":
        return self.filter(archived_at=None)


class CustomField(models.Model):
    """Never deleted, so that no key comes to mean something else; archived, it is asked and shown no more."""

    id = models.AutoField(primary_key=True)
    key = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(_("name"), max_length=80)
    folded = models.CharField(max_length=80, unique=True, help_text="The name as files and messages may write it.")
    kind = models.CharField(pgettext_lazy("field", "kind"), max_length=8, choices=FieldKind)
    help_text = models.CharField(_("explanation"), max_length=200, blank=True, default="", db_default="")
    is_sensitive = models.BooleanField(
        default=False, db_default=False, help_text="Reveals an opinion, a belief, health, origin: art. 9 GDPR."
    )
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = CustomFieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering: ClassVar[list[str]] = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def column(self) -> str:
        """Its name among a person's fields: in histories, warnings, exports."""
        return f"custom.{self.key}"

    @property
    def choice_names(self) -> dict[int, str]:
        """All of them: a value that was archived since is still somebody's."""
        return {choice.pk: choice.name for choice in self.choices.all()}

    @property
    def offered(self) -> list["FieldChoice"]:
        return [choice for choice in self.choices.all() if choice.archived_at is None]


class FieldChoice(models.Model):
    id = models.AutoField(primary_key=True)
    field = models.ForeignKey(CustomField, on_delete=models.CASCADE, related_name="choices")
    name = models.CharField(_("name"), max_length=100)
    folded = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["field", "folded"], name="fields_choice_once")
        ]

    def __str__(self) -> str:
        return self.name
