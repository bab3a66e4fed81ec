from contextlib import suppress
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from controlplane.models import Campaign


class CanaryForm(forms.Form):
    campaign = forms.CharField(label=_("Campaign’s address or identifier"), max_length=60)
    is_canary = forms.BooleanField(required=False)

    def clean_campaign(self) -> Campaign:
        typed = self.cleaned_data["campaign"].strip().lower()
        named = Q(slug=typed.partition(".")[0])
        with suppress(ValueError):
            named |= Q(uuid=UUID(typed))
        found = Campaign.objects.standing().filter(named).first()
        if found is None:
            raise forms.ValidationError(_("There is no such campaign."))
        return found
