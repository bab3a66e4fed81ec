from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from controlplane.forms import CodeBesideForm
from controlplane.lifecycle.enums import SuspensionReason
from controlplane.lifecycle.holding import is_held
from controlplane.models import Campaign
from controlplane.slugs import BadSlug, clean_slug, is_reserved
from tenants.lifecycle.domain_names import BadDomain, PlatformsDomain, clean_domain


class RenameForm(forms.Form):
    slug = forms.CharField(
        label=_("New address"),
        help_text=_("Letters, digits and hyphens."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": _("Choose an address.")},
    )

    def __init__(self, data: Any = None, *, campaign: Campaign) -> None:
        super().__init__(data)
        self.campaign = campaign

    def clean_slug(self) -> str:
        try:
            slug = clean_slug(self.cleaned_data["slug"])
        except BadSlug as error:
            raise forms.ValidationError(
                _("An address has 3 to 40 letters, digits or hyphens: write for example “marseille-2027”.")
            ) from error
        if slug == self.campaign.slug:
            raise forms.ValidationError(_("This is the address that the campaign has."))
        others = Campaign.objects.filter(slug=slug).exclude(pk=self.campaign.pk)
        if is_reserved(slug) or others.exists() or is_held(slug, now=timezone.now(), but_for=self.campaign.uuid):
            raise forms.ValidationError(_("“%(slug)s” is taken already."), params={"slug": slug})
        return slug


class DomainForm(forms.Form):
    domain = forms.CharField(
        label=_("Your domain"),
        help_text=_("As www.example.fr. You keep it where you bought it."),
        max_length=300,
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": _("Write the domain.")},
    )
    role = forms.ChoiceField(
        label=_("What is it for?"),
        choices=[
            ("primary", _("The site lives there, and the other addresses redirect to it")),
            ("redirect", _("It redirects to the site, which stays where it is")),
        ],
        initial="primary",
        widget=forms.RadioSelect,
    )

    def clean_domain(self) -> str:
        try:
            return clean_domain(self.cleaned_data["domain"])
        except PlatformsDomain as error:
            raise forms.ValidationError(_("This one is ours: change the campaign’s address instead.")) from error
        except BadDomain as error:
            raise forms.ValidationError(
                _("A domain looks like www.example.fr: no path, no address in digits.")
            ) from error


class CloseForm(CodeBesideForm):
    """Nothing irreversible in one click: the address has to be typed."""

    typed = forms.CharField(
        label=_("To confirm, type the campaign’s address"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": _("Type the address.")},
    )

    def __init__(self, data: Any = None, *, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.campaign = campaign

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"]).strip().lower()
        if typed not in (self.campaign.slug, self.campaign.host):
            raise forms.ValidationError(
                _("This is not the campaign’s address: “%(slug)s”."), params={"slug": self.campaign.slug}
            )
        return typed


class SuspendForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason, shown to the owner"),
        choices=SuspensionReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say why: the owner reads it.")},
    )
