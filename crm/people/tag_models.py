"""The campaign's words for people; `crm.people.models` hands them on."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.people.enums import TagColor
from crm.people.expressions import Folded


class TagGroup(models.Model):
    """A heading for tags that belong together; `place` orders the headings, then their names."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    place = models.PositiveSmallIntegerField(_("place"), default=0, db_default=0)

    class Meta:
        verbose_name = _("group of tags")
        ordering = ["place", "name"]
        constraints = [models.UniqueConstraint(Folded("name"), name="people_tag_group_unique")]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """People carry the ids in `Person.tag_ids`: counts and segments read one index, no join."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    color = models.CharField(
        _("color"), max_length=8, choices=TagColor, default=TagColor.INK, db_default=TagColor.INK.value
    )
    group = models.ForeignKey(TagGroup, on_delete=models.SET_NULL, null=True, blank=True, related_name="tags")
    is_sensitive = models.BooleanField(_("sensitive"), default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("tag")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Folded("name"), name="people_tag_unique")]

    def __str__(self) -> str:
        return self.name


class TagAlias(models.Model):
    """The name of a tag that was merged into another: whatever file or hand still writes it means that other one."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=80)
    number = models.IntegerField(unique=True)  # its id: histories still name it
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        verbose_name = _("former name of a tag")
        constraints = [models.UniqueConstraint(Folded("name"), name="people_tag_alias_unique")]

    def __str__(self) -> str:
        return self.name


class DistinctTags(models.Model):
    """Two tags of nearly the same name that somebody wants to stay two. The older one is the first."""

    id = models.AutoField(primary_key=True)
    first = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("tags that stay two")
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="people_distinct_tags_unique")]

    def __str__(self) -> str:
        return f"{self.first}, {self.second}"
