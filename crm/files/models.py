from uuid import uuid4

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.consent.models import Sourced
from crm.people.models import Person


class PersonFile(Sourced):
    """A paper that belongs to somebody's page. It lies under a name that says nothing of her."""

    uuid = models.UUIDField(unique=True, default=uuid4, db_default=RandomUUID(), editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="files", db_index=False)
    name = models.CharField(max_length=200)  # as its owner called it
    stored = models.CharField(max_length=100)  # in the tenant's storage
    content_type = models.CharField(max_length=50)
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [models.Index(fields=["person", "-id"], name="files_of_person")]

    def __str__(self) -> str:
        return self.name
