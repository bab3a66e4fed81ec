from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenants.factors.models import AuthenticatorApp

WRONG = _("This code is not the right one, or has been used. After wrong codes, wait a little longer each time.")
WRONG_AT_FIRST = _("This code is not the right one. Is the telephone’s clock right?")
Shown = TypeVar("Shown")


class CodeInput(forms.TextInput):
    """Empty when it comes back: a code that was refused is of no more use."""

    def format_value(self, value: Any) -> None:
        return None


class CodeField(forms.CharField):
    """Six digits of the app, or a recovery code with its letters: no keyboard of digits alone."""

    widget = CodeInput
    default_error_messages = {"required": _("Type the six digits that your app shows now, or a recovery code.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Code"), "max_length": 20, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "autocomplete": "one-time-code", "spellcheck": "false"}


class CodeForm(forms.Form):
    code = CodeField(widget=CodeInput({"autofocus": True}))


class FirstCodeForm(forms.Form):
    """Below the picture, which a page that jumps to its field would hide. There are no recovery codes yet."""

    code = CodeField(
        widget=CodeInput({"inputmode": "numeric"}),
        error_messages={"required": _("Type the six digits that the app shows now.")},
    )


def look_at(
    form: forms.Form, app: AuthenticatorApp | None, check: Callable[[str], Shown | None], wrong: Any = WRONG
) -> Shown | None:
    """What the code of a form without any other mistake opens; otherwise it is said beside it whether it is wrong or too early."""
    if not form.is_valid():
        return None
    seconds = app.seconds_to_wait if app else 0
    if seconds:
        form.add_error("code", _wait(seconds))
        return None
    shown = check(form.cleaned_data["code"])
    if not shown:
        form.add_error("code", wrong)
    return shown


def _wait(seconds: int) -> str:
    if seconds <= 90:
        words = ngettext(
            "Wait %(number)s second, then type the code that is shown then.",
            "Wait %(number)s seconds, then type the code that is shown then.",
            seconds,
        )
        return words % {"number": seconds}
    minutes = -(-seconds // 60)
    words = ngettext(
        "Wait %(number)s minute, then type the code that is shown then.",
        "Wait %(number)s minutes, then type the code that is shown then.",
        minutes,
    )
    return words % {"number": minutes}
