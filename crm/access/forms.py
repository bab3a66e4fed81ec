from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GROUPS: list[tuple[str, str | Promise]] = [
    ("", _("Everything")),
    ("people", _("Looks at people")),
    ("exports", _("Exports")),
    ("files", _("Other files")),
]
DAYS: list[tuple[str, str | Promise]] = [
    ("", _("Any time")),
    ("1", _("24 hours")),
    ("7", _("7 days")),
    ("30", _("30 days")),
    ("90", _("90 days")),
]


class LogForm(forms.Form):
    """The query string of the log: whatever does not fit is left aside."""

    group = forms.ChoiceField(label=_("What"), required=False, choices=GROUPS)
    by = forms.TypedChoiceField(label=_("Who"), required=False, coerce=int, empty_value=None)
    days = forms.TypedChoiceField(label=_("Within"), required=False, coerce=int, empty_value=None, choices=DAYS)

    def __init__(self, *args: object, members: list[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [("", _("Everybody")), *((str(pk), name) for pk, name in members)]
        self.fields["by"].choices = choices  # type: ignore[attr-defined]
