from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants.factors.forms import CodeField
from tenants.office.tasks import send_password_link_task
from tenants.users.enums import Role
from tenants.users.models import User
from tenants.users.permissions import can

PASSWORD_HELP = _("At least ten characters: neither your name nor one that everybody uses. Four words make a good one.")


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _(
            "This address and this password do not go together. Check both, or ask for a new password below."
        ),
        "inactive": _("This account is closed. Ask somebody who manages the team."),
    }
    remember = forms.BooleanField(label=_("Stay signed in on this device"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail address")
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        )

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()


class PasswordLinkForm(PasswordResetForm):
    """Hands the mail to a worker, so that the answer takes as long for an unknown address as for a known one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")

    def save(self, *args: Any, **kwargs: Any) -> None:
        for user in self.get_users(self.cleaned_data["email"].strip().lower()):
            send_password_link_task.delay(user_id=user.pk)


ROLE_WORDS: dict[str, Any] = {
    Role.OWNER: _("Everything, and names other owners"),
    Role.MANAGER: _("Everything from day to day: people, imports, team, settings"),
    Role.COMMUNICATIONS: _("Writes and sends messages, looks after the site"),
    Role.READER: _("Looks, and changes nothing"),
}


def role_choices(by: User) -> list[tuple[str, Any]]:
    """The roles that this member may give."""
    return [(value, label) for value, label in Role.choices if value != Role.OWNER or can(by, "team.owner")]


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Language of the invitation and of the office"))

    def __init__(self, *args: Any, by: User, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(by)  # type: ignore[attr-defined]
        self.fields["role"].initial = Role.COMMUNICATIONS
        self.fields["language"].choices = settings.WAGTAILADMIN_PERMITTED_LANGUAGES  # type: ignore[attr-defined]
        self.fields["language"].initial = language

    def role_options(self) -> list[tuple[Any, Any]]:
        """Each radio button with what its role is for."""
        return [(choice, ROLE_WORDS[str(choice.data["value"])]) for choice in self["role"]]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(by)  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    """What an invited person writes to get an account: her name and a password of her own."""

    first_name = forms.CharField(
        label=_("First name"), max_length=100, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=100, widget=forms.TextInput({"autocomplete": "family-name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        somebody = User(email=self.email, first_name=data.get("first_name", ""), last_name=data.get("last_name", ""))
        if data.get("password"):
            try:
                validate_password(data["password"], somebody)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class AccountForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "language")
        labels = {"email": _("E-mail address, with which you sign in")}

    current_password = forms.CharField(
        label=_("Current password"),
        required=False,
        strip=False,
        help_text=_("Only to change the address."),
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.old_email = self.instance.email
        self.fields["language"].widget.choices = settings.WAGTAILADMIN_PERMITTED_LANGUAGES

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another member of the team has this address."))
        return email

    def clean(self) -> dict[str, Any]:
        """Who finds a computer open must not be able to take the account away with a new address."""
        data = super().clean() or {}
        password = data.pop("current_password", "")
        if data.get("email", self.old_email) != self.old_email and not self.instance.check_password(password):
            self.add_error("current_password", _("This is not your current password."))
        return data


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A signed-in member changes her password: she writes the old one first."""

    old_password = forms.CharField(
        label=_("Current password"), strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )
    field_order = ("old_password", "new_password1", "new_password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_HELP
        self.fields["new_password2"].label = _("The new password again")
        self.fields["new_password2"].help_text = ""

    def clean_old_password(self) -> str:
        password = str(self.cleaned_data["old_password"])
        if not self.user.check_password(password):
            raise ValidationError(_("This is not your current password."))
        return password


class OwnPasswordForm(forms.Form):
    """Is it her, at the keyboard?"""

    password = forms.CharField(
        label=_("Your password"), strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not self.user.check_password(password):
            raise ValidationError(_("This is not your password."))
        return password


class RemovalForm(OwnPasswordForm):
    code = CodeField(label=_("Code of the app, or a recovery code"))
