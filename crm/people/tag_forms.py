"""What the pages of the tags send."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.people.enums import TagColor
from crm.people.models import Tag, TagGroup
from crm.people.tag_groups import choices_by_group
from crm.people.tagging import find_tag, names_typed
from shared.visible import validate_visible


def refuse_several(name: str) -> None:
    """Raises ValidationError: wherever tags are typed or read, it would be taken for several. One that is there is let be."""
    if names_typed(name) != [name.strip()] and find_tag(name) is None:
        raise ValidationError(_("The name of a tag has no comma and no semicolon in it: they stand between two tags."))


class TagForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        validators=[validate_visible, refuse_several],
        error_messages={"required": _("A tag needs a name.")},
    )
    color = forms.ChoiceField(label=_("Color"), choices=TagColor.choices, required=False)
    group = forms.ModelChoiceField(
        label=_("Group"), queryset=TagGroup.objects.all(), required=False, empty_label=_("Without a group")
    )
    is_sensitive = forms.BooleanField(
        label=_("Sensitive: reveals an opinion, a belief, health, origin"),
        required=False,
        help_text=_("Art. 9 GDPR. Never used to choose who gets a targeted message on line."),
    )


class TagGroupForm(forms.Form):
    name = forms.CharField(label=_("Name of the group"), max_length=80, validators=[validate_visible])


class MergeForm(forms.Form):
    """Which of the others takes the place of this one."""

    into = forms.TypedChoiceField(label=_("Merge into"), coerce=int)

    def __init__(self, *args: Any, others: list[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = choices_by_group(others)  # type: ignore[attr-defined]


class UnusedForm(forms.Form):
    tags = forms.MultipleChoiceField(label=_("Tags to delete"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, unused: list[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].choices = [(tag.pk, tag.name) for tag in unused]  # type: ignore[attr-defined]
