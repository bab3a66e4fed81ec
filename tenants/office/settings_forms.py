"""The campaign's settings, one form for each section of the screen."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from tenants.office.models import CampaignProfile
from tenants.office.profile import SOCIAL_NETWORKS

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LINES = forms.Textarea(attrs={"rows": 4})


class IdentityForm(forms.ModelForm[CampaignProfile]):
    class Meta:
        model = CampaignProfile
        fields = ("display_name", "tagline", "candidate_name", "election_label", "election_on")
        widgets = {"election_on": DATE}
        help_texts = {
            "display_name": _("On the site, in the office and in messages."),
            "tagline": _("One sentence, under the name on the home page and in search engines."),
            "candidate_name": _(
                "Who stands for election, or who leads the list. Leave empty for a party or an association."
            ),
            "election_label": _("For example: municipal elections, first round."),
            "election_on": _("The dashboard counts the days. Sending stops on the eve at midnight, as the law says."),
        }


class LegalForm(forms.ModelForm[CampaignProfile]):
    class Meta:
        model = CampaignProfile
        fields = (
            "publisher_name",
            "publisher_address",
            "publisher_email",
            "publisher_phone",
            "publication_director",
            "host_text",
            "financial_agent_name",
            "financial_agent_designated_on",
        )
        widgets = {"financial_agent_designated_on": DATE, "publisher_address": LINES, "host_text": LINES}
        help_texts = {
            "publisher_name": _("The person or the association that answers for the site."),
            "publication_director": _("The person who answers in law for what is published."),
            "host_text": _("Name, address and phone of who hosts the site: as in the legal notice of the platform."),
            "financial_agent_name": _("Name of the agent or of the financing association (candidates)."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = [settings.OPERATOR[fact] for fact in ("name", "address", "phone")]
        self.initial["host_text"] = self.initial.get("host_text") or "\n".join(filter(None, who))


class PrivacyForm(forms.ModelForm[CampaignProfile]):
    class Meta:
        model = CampaignProfile
        fields = ("dpo_email", "retention_text", "confirms_sign_ups")
        widgets = {"retention_text": LINES}
        help_texts = {
            "dpo_email": _("Where supporters write to see, correct or erase what you keep about them."),
            "retention_text": _("For example: until six months after the election, then erased."),
            "confirms_sign_ups": _(
                "Who signs up on the site gets one mail, and is written to once its link was pressed: the proof that the agreement is hers. Without it more people stay on your list, and anybody can sign up somebody else. Who had unsubscribed is always asked."
            ),
        }


class SendingForm(forms.ModelForm[CampaignProfile]):
    class Meta:
        model = CampaignProfile
        fields = ("sender_name", "reply_to_email", "measures_messages")
        help_texts = {
            "sender_name": _("What people see in their mailbox before they open. Empty: the campaign's name."),
            "reply_to_email": _("Where answers to your messages arrive. Somebody should read it."),
            "measures_messages": _(
                "The sign-up form asks for it in a box of its own. The messages of those who agreed, and only theirs, then hold an invisible picture and links that pass through your site: you see who opened and what was clicked. Each of these messages has a link to stop it, which also holds for those sent before. Left off, nobody's reading is watched."
            ),
        }


class LookForm(forms.ModelForm[CampaignProfile]):
    class Meta:
        model = CampaignProfile
        fields = ("color",)
        widgets = {"color": forms.TextInput(attrs={"type": "color"})}
        help_texts = {"color": _("Of buttons and headings on the site. Made darker when it could not be read.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.color:
            self.initial["color"] = "#2446a8"
        for key, label in SOCIAL_NETWORKS.items():
            self.fields[f"social_{key}"] = forms.CharField(
                label=label,
                required=False,
                max_length=200,
                initial=self.instance.social_links.get(key, ""),
                widget=forms.URLInput(attrs={"placeholder": "https://"}),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        check = URLValidator(schemes=["https"], message=_("Write the whole address, from https:// on."))
        links = {}
        for key in SOCIAL_NETWORKS:
            if not (address := str(data.pop(f"social_{key}", "")).strip()):
                continue
            try:
                check(address)
            except ValidationError as error:
                self.add_error(f"social_{key}", error)
            links[key] = address
        data["social_links"] = links
        return data


SECTIONS: Mapping[str, tuple[Any, Any, type[forms.ModelForm[CampaignProfile]]]] = {
    "identite": (_("Identity"), _("What the campaign is called and what it is for."), IdentityForm),
    "mentions": (_("Legal notice"), _("The page that the law asks of every site is written from these."), LegalForm),
    "donnees": (_("Data protection"), _("The privacy page and the foot of each message say it."), PrivacyForm),
    "envoi": (_("Sending"), _("The line “from” of your messages, and where answers go."), SendingForm),
    "apparence": (_("Look"), _("The color of the site, and the networks where you can be followed."), LookForm),
}
