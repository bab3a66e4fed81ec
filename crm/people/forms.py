"""Shape and check of what the office's screens send."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.consent.enums import Channel, Purpose, Relationship, SourceKind
from crm.consent.services import ConsentGiven
from crm.fields.forms import CustomMixin, initial_value, input_name
from crm.fields.models import CustomField
from crm.geo import queries as geo
from crm.people.contact_forms import ContactMixin, PlaceMixin
from crm.people.custom import named
from crm.people.entries import ContactData
from crm.people.enums import SUPPORT_LEVELS, Gender
from crm.people.fields import CHOICES, language_name
from crm.people.groups import Group, GroupFilter, group_fields, is_group
from crm.people.listing import Filters
from crm.people.models import Tag
from crm.people.orders import orders
from crm.people.own_filters import form_fields, is_own, own_filters
from crm.people.past_days import PastDayInput, check_birth_date, check_past_day
from crm.people.quality import LABELS as LACKS
from crm.people.tag_groups import choices_by_group
from crm.people.tagging import names_typed
from shared.lines import LinesField
from shared.visible import validate_visible
from shared.widgets import LightSelect

LEVELS = [("", "—"), *((str(level), label) for level, label in SUPPORT_LEVELS.items())]
PERIODS: list[tuple[str, str | Promise]] = [
    ("", _("Any time")),
    ("7", _("7 days")),
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("12 months")),
]
ABOUT_EMAIL = (Purpose.TRACKING.value, Purpose.TARGETING.value)
NOTED = [(one.value, one.label) for one in (Purpose.NEWS, Purpose.TARGETING, Purpose.TRACKING)]
HOW = [
    ("paper", _("on paper, kept by us")),
    ("spoken", _("in person or by telephone")),
    ("written", _("by e-mail or letter, kept by us")),
]


class FilterForm(forms.Form):
    """The query string of the list. A filter that cannot be read, or is there no more, shows nobody rather than everybody."""

    q = forms.CharField(required=False, max_length=200)
    tag = forms.TypedChoiceField(label=_("Tag"), required=False, coerce=int, empty_value=None, widget=LightSelect)
    departement = forms.ChoiceField(label=_("Département"), required=False, widget=LightSelect)
    commune = forms.CharField(label=_("Commune"), required=False, max_length=5)
    level = forms.TypedChoiceField(
        label=_("Support"), required=False, coerce=int, empty_value=None, choices=LEVELS, widget=LightSelect
    )
    channel = forms.ChoiceField(
        label=_("Reachable by"), required=False, choices=[("", "—"), *Channel.choices], widget=LightSelect
    )
    since = forms.TypedChoiceField(
        label=pgettext_lazy("filter", "Joined within"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=PERIODS,
        widget=LightSelect,
    )
    source = forms.ChoiceField(
        label=_("Source"), required=False, choices=[("", "—"), *SourceKind.choices], widget=LightSelect
    )
    relationship = forms.ChoiceField(
        label=_("Relationship"), required=False, choices=[("", "—"), *Relationship.choices], widget=LightSelect
    )
    lacks = forms.ChoiceField(
        label=_("To be corrected"), required=False, choices=[("", "—"), *LACKS.items()], widget=LightSelect
    )
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        widget=LightSelect,
    )

    def __init__(
        self,
        *args: Any,
        tags: list[Tag],
        own: Sequence[CustomField],
        groups: Sequence[GroupFilter] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.own = own
        self.fields["tag"].choices = [("", "—"), *choices_by_group(tags)]  # type: ignore[attr-defined]
        places = [("", "—"), *((one.code, f"{one.code} {one.name}") for one in geo.departements())]
        self.fields["departement"].choices = places  # type: ignore[attr-defined]
        sort = self.fields.pop("sort")
        sort.choices = orders(own)  # type: ignore[attr-defined]
        self.fields |= {**group_fields(groups), **form_fields(own), "sort": sort}  # the order is asked last

    @property
    def unread(self) -> list[str]:
        """What is filtered by and not understood. The order is no filter: another one does."""
        unknown = [name for name in self.data if (is_own(name) or is_group(name)) and name not in self.fields]
        return [name for name in (*self.errors, *unknown) if name != "sort" and self.data.get(name)]

    def filters(self) -> Filters:
        self.is_valid()
        fit = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        told = {name: fit.pop(name) for name in list(fit) if is_own(name)}
        groups = {name: value for name, value in fit.items() if isinstance(value, Group)}
        others = {name: value for name, value in fit.items() if name not in groups}
        text = others.pop("q", "")
        told_groups = tuple(groups.values())
        own = own_filters(self.own, told)
        return Filters(text=text, own=own, groups=told_groups, is_unread=bool(self.unread), **others)


class ProfileMixin(forms.Form):
    first_name = forms.CharField(label=_("First name"), required=False, max_length=100, validators=[validate_visible])
    last_name = forms.CharField(
        label=_("Last name"),
        required=False,
        max_length=100,
        validators=[validate_visible],
        help_text=_("The one in use: letters and lists show it."),
    )
    birth_name = forms.CharField(
        label=_("Birth name"),
        required=False,
        max_length=100,
        validators=[validate_visible],
        help_text=_("If it is another one; searches find both."),
    )
    birth_date = forms.DateField(label=_("Born on"), required=False, widget=PastDayInput, validators=[check_birth_date])
    gender = forms.ChoiceField(label=_("Gender"), required=False, choices=Gender.choices)
    occupation = forms.CharField(label=_("Occupation"), required=False, max_length=150)
    language = forms.ChoiceField(label=_("Language"), required=False)
    support_level = forms.TypedChoiceField(
        label=_("Support"), required=False, coerce=int, empty_value=None, choices=LEVELS
    )
    relationship = forms.ChoiceField(
        label=_("Relationship"),
        choices=Relationship.choices,
        help_text=_(
            "Occasional contacts, and those of a roll or a rented file, are only written to with their consent."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = str(self.initial.get("language") or "")
        others = [] if own in ("", *CHOICES["language"]) else [(own, language_name(own))]  # a file may say any language
        self.fields["language"].choices = [*CHOICES["language"].items(), *others, ("", _("another"))]  # type: ignore[attr-defined]


class ConsentMixin(forms.Form):
    """What she agreed to outside of the product: never without how, and the words. A refusal needs no proof."""

    channels = forms.MultipleChoiceField(
        label=_("Agrees to receive news of the campaign by"),
        required=False,
        choices=Channel.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    how = forms.ChoiceField(label=_("How did they say so?"), required=False, choices=[("", "—"), *HOW])
    wording = LinesField(
        label=_("The words that were agreed to"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("As on the paper, or what you asked: this is the proof."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("channels") and data.get("answer", "yes") == "yes":
            if not data.get("how"):
                self.add_error("how", _("Without proof there is no consent: say how it was given."))
            if not data.get("wording"):
                self.add_error("wording", _("Please write the words that were agreed to."))
        return data

    def consents(self) -> list[ConsentGiven]:
        data = self.cleaned_data
        how = f"({dict(HOW)[data['how']]})" if data["how"] else ""
        words = f"{data['wording']} {how}".strip()
        return [
            ConsentGiven("news", channel, granted=True, basis="consent", wording=words) for channel in data["channels"]
        ]


class PersonForm(CustomMixin, ConsentMixin, PlaceMixin, ContactMixin, ProfileMixin):
    """A person added by hand."""

    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=400, help_text=_("Several: with commas between.")
    )
    note = LinesField(label=_("Note"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)  # a double click is one person

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not any(data.get(name) for name in ("first_name", "last_name", "email", "phone")):
            raise forms.ValidationError(_("A name, an e-mail or a telephone number is needed."))
        return data

    def contact(self) -> ContactData:
        data = self.cleaned_data
        names = ("first_name", "last_name", "birth_name", "email", "phone", "birth_date", "gender", "occupation")
        told = {name: data[name] for name in (*names, "language", "support_level", "relationship", "note")}
        tags = tuple(names_typed(data["tags"]))
        custom = {key: value for key, value in self.custom().items() if value is not None}
        return ContactData(**told, **self.address(), tags=tags, custom=custom)


class EditForm(CustomMixin, PlaceMixin, ContactMixin, ProfileMixin):
    """A person's own data. E-mail, telephone and address are new ones; the known ones are kept, removed or put first.

    `home`: département and country where a number without a prefix is read when no new address says otherwise."""

    reason = forms.CharField(
        label=_("Why this change?"),
        required=False,
        max_length=200,
        help_text=_("Kept in the history. For instance: “Told us on the telephone.”"),
    )

    def __init__(self, *args: Any, home: tuple[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.home = home
        email, phone = self.fields["email"], self.fields["phone"]
        email.label, phone.label = _("Add an e-mail"), _("Add a telephone number")
        email.help_text = _("It becomes the first one, unless you choose another first one above.")
        phone.help_text = _("Likewise; but a landline does not take the place of a mobile that works.")

    @property
    def names(self) -> dict[str, str]:
        """Her fields by the names that a person's have, and the inputs for them."""
        own = {name: name for name in ProfileMixin.base_fields}
        return own | {one.column: input_name(one) for one in self.custom_fields}

    def values(self) -> dict[str, Any]:
        own = {name: self.cleaned_data[name] for name in ProfileMixin.base_fields}
        return own | named(self.custom())

    def show_instead(self, values: Mapping[str, Any]) -> None:
        """By the names that a person's fields have: what the inputs say when the form comes back."""
        told: Any = copy(self.data)
        own = {one.column: one for one in self.custom_fields}
        for name, html_name in self.names.items():
            if name in values:
                value = initial_value(own[name], values[name]) if name in own else values[name]
                told.setlist(html_name, value if isinstance(value, list) else ["" if value is None else value])
        self.data = told


class ConsentForm(ConsentMixin):
    """An agreement, or a refusal, noted on somebody's page."""

    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)  # a double click is one line
    answer = forms.ChoiceField(choices=[("yes", _("Agrees")), ("no", _("Refuses"))], initial="yes")
    purpose = forms.ChoiceField(label=_("What for"), choices=NOTED, initial=Purpose.NEWS.value)
    given_on = forms.DateField(
        label=_("On which day was it said?"),
        required=False,
        widget=PastDayInput,
        validators=[check_past_day],
        help_text=_("The day on the paper. Leave it empty if it was today."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].label = _("By which channel")
        self.fields["how"].help_text = _("For a refusal, this and the words may stay empty.")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("channels"):
            self.add_error("channels", _("Choose at least one channel."))
        elif data.get("purpose") in ABOUT_EMAIL and data["channels"] != [Channel.EMAIL.value]:
            self.add_error("channels", _("This is about e-mails only: tick no other channel."))
        return data

    def consents(self) -> list[ConsentGiven]:
        data = self.cleaned_data
        granted = data["answer"] == "yes"
        day = data["given_on"] if data["given_on"] != timezone.localdate() else None
        return [replace(one, purpose=data["purpose"], granted=granted, given_on=day) for one in super().consents()]


class NoteTextForm(forms.Form):
    """Files bring longer notes than are typed."""

    text = LinesField(label=_("Note"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8}))


class NoteForm(forms.Form):
    text = LinesField(label=_("Note"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)


class SavedViewForm(forms.Form):
    """What the team sees is of whoever keeps the file in order: without `may_share`, a view stays as it is shared."""

    name = forms.CharField(
        label=_("Name of the view"),
        max_length=80,
        validators=[validate_visible],
        error_messages={"required": _("Give the view a name.")},
    )
    is_shared = forms.BooleanField(label=_("For the whole team"), required=False)
    is_default = forms.BooleanField(label=_("Open the list with it"), required=False)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_shared"].disabled = not may_share


class EraseForm(forms.Form):
    """The second step: the name typed by hand."""

    name = forms.CharField(label=_("Type the name to confirm"), max_length=254)

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_name(self) -> str:
        typed = " ".join(str(self.cleaned_data["name"]).split())
        if typed.casefold() != " ".join(self.expected.split()).casefold():
            raise forms.ValidationError(_("This is not the name above."))
        return typed
