from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from crm.people.models import Person
from messaging.deliveries.models import Vote
from messaging.email.blocks import refuse_unknown_fields
from messaging.email.models import Audience, Message
from tenants.lifecycle.domain_names import BadDomain, PlatformsDomain, clean_domain
from tenants.office.profile import campaign_profile
from tenants.users.models import User


class MessageForm(WagtailAdminModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Message
        fields = ["subject", "preheader", "sender_name", "reply_to", "body", "audience", "segment", "is_practical"]
        widgets = {
            "subject": forms.TextInput(attrs={"data-compte": "45", "maxlength": 150, "autocomplete": "off"}),
            "preheader": forms.TextInput(attrs={"maxlength": 150, "autocomplete": "off"}),
            "audience": forms.RadioSelect,
        }
        labels = {
            "is_practical": _(
                "Practical message: no word about the election, only useful facts (a time, a place, a change)"
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].empty_label = _("Choose a segment")
        self.fields["version"].initial = self.instance.version
        profile = campaign_profile()
        self.fields["sender_name"].widget.attrs["placeholder"] = profile.sender_name or profile.display_name
        self.fields["reply_to"].widget.attrs["placeholder"] = profile.reply_to_email

    def clean_subject(self) -> str:
        subject = str(self.cleaned_data["subject"]).strip()
        refuse_unknown_fields(subject)
        return subject

    def clean_preheader(self) -> str:
        preheader = str(self.cleaned_data["preheader"]).strip()
        refuse_unknown_fields(preheader)
        return preheader

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("audience") == Audience.SEGMENT and not cleaned.get("segment"):
            self.add_error("segment", _("Choose the segment to write to."))
        if cleaned.get("audience") == Audience.EVERYONE:
            cleaned["segment"] = None
        return cleaned


class TrialForm(forms.Form):
    members = forms.ModelMultipleChoiceField(
        label=_("To"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    person = forms.ModelChoiceField(
        label=_("With the words of"), queryset=Person.objects.none(), to_field_name="uuid", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = User.objects.filter(is_active=True).order_by("first_name", "email")  # type: ignore[attr-defined]
        self.fields["person"].queryset = Person.objects.filter(erased_at__isnull=True)  # type: ignore[attr-defined]


class SendForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    number = forms.CharField(label=_("Write the number of people"), required=False, max_length=12)
    later = forms.DateTimeField(
        label=_("Leave later, on"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )

    def clean_number(self) -> str:
        return "".join(sign for sign in str(self.cleaned_data["number"]) if sign.isdigit())


class DomainForm(forms.Form):
    domain = forms.CharField(
        label=_("Your domain"),
        max_length=253,
        help_text=_("The part after the @ of your sender's address. For example: example.fr, or courrier.example.fr."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_domain(self) -> str:
        try:
            return clean_domain(str(self.cleaned_data["domain"]).rpartition("@")[2])
        except PlatformsDomain as error:
            raise forms.ValidationError(_("This domain is the platform's: name one of your own.")) from error
        except BadDomain as error:
            raise forms.ValidationError(_("This is not a domain. Example: example.fr")) from error


class VoteForm(forms.ModelForm[Vote]):
    class Meta:
        model = Vote
        fields = ("name", "day", "overseas_day_before")
        widgets = {"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "name": _("For example: presidential election, first round."),
            "overseas_day_before": _(
                "Guadeloupe, Martinique, Guyane, Saint-Martin, Saint-Barthélemy, Saint-Pierre-et-Miquelon and French Polynesia: read it in the decree that calls the vote."
            ),
        }

    def validate_unique(self) -> None:
        """The day that is there already is told anew."""


class QuietHoursForm(forms.Form):
    starts_at = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends_at = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if bool(data.get("starts_at")) != bool(data.get("ends_at")):
            raise forms.ValidationError(_("Give both hours, or none."))
        return data
