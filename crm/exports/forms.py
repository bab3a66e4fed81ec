from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.exports.columns import USUAL, Group
from crm.exports.enums import Format


def usual_format() -> Format:
    """What Excel opens in the reader's language."""
    return Format.EXCEL_CSV if (get_language() or "fr").startswith("fr") else Format.CSV


class ExportForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)  # a double click is one export
    format = forms.ChoiceField(label=_("Format"), choices=Format.choices, initial=usual_format)
    reason = forms.CharField(
        label=_("What for?"),
        max_length=300,
        min_length=4,
        help_text=_("One sentence, for the access log: the law wants to know why data was taken out."),
        error_messages={"required": _("Say in one sentence what the file is for.")},
    )
    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        initial=USUAL,
        error_messages={"required": _("Tick at least one column.")},
    )
    keep_as = forms.CharField(
        label=_("Keep this choice of columns as"), max_length=80, required=False, help_text=_("Empty: not kept.")
    )

    def __init__(self, *args: Any, groups: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(column.key, column.label) for group in groups for column in group.columns]
        self.fields["columns"].choices = choices  # type: ignore[attr-defined]


class WholeExportForm(forms.Form):
    reason = forms.CharField(
        label=_("What for?"),
        max_length=300,
        min_length=4,
        help_text=_("One sentence, for the access log: the law wants to know why data was taken out."),
        error_messages={"required": _("Say in one sentence what the file is for.")},
    )
