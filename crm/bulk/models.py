from django.db import models
from django.utils.translation import gettext_lazy as _


class BulkTarget(models.Model):
    """Whom a bulk action is for, written down before it begins: what it does to the first changes nothing for the others."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("person of a bulk action")
        constraints = [models.UniqueConstraint(fields=["run", "person"], name="bulk_target_once")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.person_id}"


class BulkChange(models.Model):
    """Whom a bulk action changed, and what was there before: enough to take it back."""

    run = models.ForeignKey("runs.Run", on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    before = models.TextField(blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("change of a bulk action")
        constraints = [models.UniqueConstraint(fields=["run", "person"], name="bulk_change_once")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.person_id}"
