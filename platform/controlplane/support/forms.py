from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from controlplane.support.services import HOURS


def hour_choices() -> list[tuple[int, str]]:
    """Asked for by each form: filled in at import, they would speak one language for ever."""
    return [(hours, ngettext("%d hour", "%d hours", hours) % hours) for hours in HOURS]


class GrantForm(forms.Form):
    reason = forms.CharField(
        label=_("What should support look at?"),
        max_length=200,
        help_text=_("A sentence about the screen or the fault. No name and nothing of your contacts."),
    )
    hours = forms.TypedChoiceField(
        label=_("For how long"),
        coerce=int,
        choices=hour_choices,
        initial=4,
        widget=forms.RadioSelect,
    )
