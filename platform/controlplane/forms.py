"""What people type on the platform's site."""

from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.hashers import check_password
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from billing.plans import FREE_PLAN, PLANS, Plan, get_plan
from controlplane.models import Region, SignUp
from controlplane.services.signups import SignUpRequest
from controlplane.slugs import BadSlug, clean_slug, is_free
from shared.money import euros, with_vat
from tenants.enums import TenantKind
from tenants.factors.forms import CodeField
from tenants.users.models import User

PASSWORD_RULES = _("At least 10 characters. Neither a common password nor your own name.")
KIND_HINTS = {
    TenantKind.CANDIDATE: _("An election, with a financial agent"),
    TenantKind.PARTY: _("Memberships, local groups, elected officials"),
    TenantKind.ELECTED: _("A term of office and those it serves"),
    TenantKind.UNION: _("Members, branches, mobilizations"),
    TenantKind.NGO: _("Petitions, donations, campaigns without borders"),
    TenantKind.ASSOCIATION: _("Petitions, mobilizations, neighbors"),
}


def plan_line(plan: Plan) -> str:
    """One tier in a list of choices."""
    if not plan.price_cents:
        return str(_("Up to %(contacts)s contacts: free") % {"contacts": plan.label})
    values = {"contacts": plan.label, "price": euros(plan.price_cents), "gross": euros(with_vat(plan.price_cents))}
    return str(_("Up to %(contacts)s contacts: %(price)s a month excluding VAT, %(gross)s with") % values)


_plan_line = lazy(plan_line, str)


def plan_choices() -> list[tuple[str, Any]]:
    return [(plan.code, _plan_line(plan)) for plan in PLANS]


class RegionSelect(forms.RadioSelect):
    """Regions that are not open yet are shown and cannot be chosen."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        region = getattr(value, "instance", None)
        if region is not None and not region.is_open:
            option["attrs"]["disabled"] = True
        return dict(option, region=region)


class RegionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Region) -> str:
        return obj.label


class AddressField(forms.CharField):
    """A campaign's address, mended where that is possible and free at the moment."""

    def clean(self, value: Any) -> str:
        try:
            slug = clean_slug(super().clean(value))
        except BadSlug as error:
            raise forms.ValidationError(
                _("An address has 3 to 40 letters, digits or hyphens: write for example “marseille-2027”."), code="bad"
            ) from error
        if not is_free(slug):
            raise forms.ValidationError(_("“%(slug)s” is taken already."), params={"slug": slug}, code="taken")
        return slug


class CampaignForm(forms.Form):
    """The campaign alone: what a customer who is signed in fills in."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Name of the campaign"),
        help_text=_("As it will stand at the head of the site."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": _("Give the campaign a name.")},
    )
    slug = AddressField(
        label=_("Address of the site"),
        help_text=_("Letters, digits and hyphens. It can be changed later."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": _("Choose an address.")},
    )
    kind = forms.ChoiceField(
        label=_("Who campaigns?"),
        help_text=_("Settles the words, the first pages and what the law allows."),
        choices=TenantKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say who campaigns: the law is not the same for all.")},
    )
    region = RegionField(
        label=_("Where is the data kept?"),
        queryset=Region.objects.all(),
        to_field_name="code",
        empty_label=None,
        widget=RegionSelect,
        error_messages={
            "required": _("Choose a region."),
            "invalid_choice": _("This region is not open yet: choose another one."),
        },
    )
    plan = forms.ChoiceField(
        label=_("First tier"),
        help_text=_("Free for 30 days whatever it is, and changed whenever you like."),
        choices=plan_choices,
        error_messages={"required": _("Choose a tier.")},
    )
    contract = forms.BooleanField(
        error_messages={"required": _("The processing contract has to be accepted: the GDPR wants one.")}
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        first = Region.objects.filter(is_open=True).first()
        given = {
            "submission": uuid4(),
            "plan": FREE_PLAN.code,
            "region": first.code if first else None,
            **(initial or {}),
        }
        super().__init__(data, initial=given)

    def clean_region(self) -> Region:
        region = cast(Region, self.cleaned_data["region"])
        if not region.is_open:
            raise forms.ValidationError(_("This region is not open yet: choose another one."))
        return region

    @property
    def plan_chosen(self) -> Plan:
        return get_plan(self.cleaned_data["plan"])

    @property
    def submission_id(self) -> UUID:
        return cast(UUID, self.cleaned_data["submission"])


class SignUpForm(CampaignForm):
    """The campaign and its first person."""

    field_order = [
        "submission",
        "name",
        "slug",
        "kind",
        "region",
        "plan",
        "first_name",
        "last_name",
        "email",
        "password",
    ]
    first_name = forms.CharField(
        label=_("Your first name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={"required": _("Write your first name.")},
    )
    last_name = forms.CharField(
        label=_("Your last name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
        error_messages={"required": _("Write your last name.")},
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("A link is sent there, to make sure that it is yours."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("An e-mail address looks like name@example.org."),
        },
    )
    password = forms.CharField(
        label=_("Your password"),
        help_text=PASSWORD_RULES,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password.")},
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        person = User(**{key: cleaned.get(key, "") for key in ("email", "first_name", "last_name")})
        if "password" in cleaned:
            try:
                password_validation.validate_password(cleaned["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def as_request(self, *, language: str) -> SignUpRequest:
        values = self.cleaned_data
        same = {
            key: values[key]
            for key in ("email", "first_name", "last_name", "password", "name", "slug", "kind", "region")
        }
        return SignUpRequest(submission=self.submission_id, plan=self.plan_chosen, language=language, **same)


class AddressForm(forms.Form):
    slug = AddressField(label=_("Another address"), max_length=60)


class ChosenPasswordForm(forms.Form):
    """Of a sign-up that is not confirmed yet."""

    password = forms.CharField(
        label=_("The password that you chose"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Write the password that you chose.")},
    )

    def __init__(self, data: Any = None, *, sign_up: SignUp) -> None:
        super().__init__(data)
        self.sign_up = sign_up

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not check_password(password, self.sign_up.password_hash):
            raise forms.ValidationError(_("This is not the password that was chosen in the form. Capitals count."))
        return password


class SignInForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    user: User | None = None

    def __init__(self, data: Any = None, *, request: Any = None) -> None:
        super().__init__(data)
        self.request = request

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            found = authenticate(self.request, username=cleaned["email"].lower(), password=cleaned["password"])
            if found is None:
                raise forms.ValidationError(
                    _("The address and the password do not go together. Both count, capitals too.")
                )
            self.user = found
        return cleaned


class PasswordForgottenForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        help_text=PASSWORD_RULES,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password, self.user)
        return password


class CodeBesideForm(forms.Form):
    """With a field for the second factor's code where it was not shown just now (controlplane.proving)."""

    def __init__(self, *args: Any, asks_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asks_code:
            help_text = _("The six digits that your app shows now, or a recovery code.")
            self.fields["code"] = CodeField(help_text=help_text)


class OwnPasswordForm(CodeBesideForm):
    """Is it her, at the keyboard?"""

    password = forms.CharField(
        label=_("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not self._user.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password


class ChangePasswordForm(NewPasswordForm, CodeBesideForm):
    current = forms.CharField(
        label=_("Current password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["current", "password"]

    def clean_current(self) -> str:
        current = str(self.cleaned_data["current"])
        if not self.user.check_password(current):
            raise forms.ValidationError(_("This is not your current password."))
        return current


class ProfileForm(forms.Form):
    first_name = forms.CharField(label=_("First name"), max_length=100)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class PlanForm(forms.Form):
    plan = forms.ChoiceField(choices=plan_choices, widget=forms.RadioSelect)
