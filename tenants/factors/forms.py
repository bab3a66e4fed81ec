from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

WRONG = _("This code is not the right one, or has been used. After wrong codes, wait a little longer each time.")
WRONG_AT_FIRST = _("This code is not the right one. Is the telephone’s clock right?")


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )


class FirstCodeForm(CodeForm):
    """Below the picture, which a page that jumps to its field would hide."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.pop("autofocus")
