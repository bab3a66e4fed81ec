from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.fields.enums import FieldKind
from crm.fields.models import CustomField
from crm.imports.agreements import OWN_WORDINGS
from crm.imports.communes import Question
from crm.imports.customs import FIELD, KINDS, NEW, field_name, target_of
from crm.imports.encodings import ENCODINGS
from crm.imports.enums import ColumnRule, DateOrder, ExistingPolicy, SourceType, Target
from crm.imports.mapping import ColumnGuess
from crm.imports.models import Import
from crm.imports.rules import parts_of, rules_for_target
from crm.imports.services import Origin, Reading
from crm.imports.sources import RULES, SourceRule
from crm.imports.uploading import SUFFIXES
from crm.people.tagging import names_typed

ENCODING_NAMES = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8 (BOM)", "utf-16": "UTF-16", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE", "utf-32": "UTF-32",
    "cp1252": "Windows-1252", "mac_roman": "Mac Roman", "cp850": "DOS (CP850)",
}  # fmt: skip
DELIMITER_NAMES = [(",", _("comma")), (";", _("semicolon")), ("\t", _("tabulation")), ("|", _("vertical bar"))]
REGIONS = [
    ("FR", _("France, overseas included")),
    ("BE", _("Belgium")),
    ("CH", _("Switzerland")),
    ("LU", _("Luxembourg")),
    ("DE", _("Germany")),
    ("ES", _("Spain")),
    ("IT", _("Italy")),
    ("PT", _("Portugal")),
    ("GB", _("United Kingdom")),
    ("CA", _("Canada")),
]
FIRST_AGREEMENT = date(1990, 1, 1)  # what is older is a slip of the keyboard, and no proof
LIKELY = _("as its values look")
CHANNEL_NAMES = {"email": _("E-mail"), "sms": _("Text message"), "phone": _("Phone call"), "post": _("Letter")}


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Contact file"),
        allow_empty_file=True,
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ",".join(sorted(SUFFIXES))}),
        error_messages={"required": _("Choose a file first: CSV, TSV, Excel (.xlsx) or VCF.")},
    )


class ReadingForm(forms.Form):
    """How the file is read, when we found out wrongly."""

    has_header = forms.TypedChoiceField(
        label=_("First row"),
        choices=[("1", _("names of the columns")), ("0", _("already a person"))],
        coerce=lambda value: value == "1",
    )
    encoding = forms.ChoiceField(
        label=_("Character set"), choices=[(name, ENCODING_NAMES[name]) for name in ENCODINGS], required=False
    )
    delimiter = forms.ChoiceField(label=_("Separator"), choices=DELIMITER_NAMES, required=False)
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    date_order = forms.ChoiceField(label=_("Dates"), choices=DateOrder.choices, required=False)
    phone_region = forms.ChoiceField(label=_("Numbers without a country code"), choices=REGIONS)

    def __init__(self, run: Import, data: Any = None) -> None:
        found = run.file_format
        initial = {
            "has_header": "1" if found.has_header else "0",
            "encoding": found.encoding,
            "delimiter": found.delimiter,
            "sheet": found.sheet,
            "date_order": run.date_order,
            "phone_region": run.phone_region,
        }
        super().__init__(data, initial=initial, prefix="reading")
        if found.kind == "xlsx":
            del self.fields["encoding"], self.fields["delimiter"]
            self.fields["sheet"].choices = [(name, name) for name in found.sheets]  # type: ignore[attr-defined]
        else:
            del self.fields["sheet"]
        if found.kind == "vcf":
            del self.fields["has_header"], self.fields["delimiter"]

    def reading(self) -> Reading:
        return Reading(**{name: value for name, value in self.cleaned_data.items() if name in self.fields})


class ColumnsForm(forms.Form):
    """One choice per column of the file."""

    name = forms.CharField(label=_("Name of the import"), max_length=120)

    def __init__(self, run: Import, guesses: Sequence[ColumnGuess], data: Any = None) -> None:
        super().__init__(
            data,
            initial={
                "name": run.name,
                **{f"column-{number}": target for number, target in run.mapping.items()},
                **{f"rule-{number}": rule for number, rule in run.rules.items()},
            },
        )
        fields = list(CustomField.objects.active())
        own = [(target_of(field), field.name) for field in fields]
        self.several = {target_of(field) for field in fields if field.kind == FieldKind.CHOICES}
        self.numbers = [guess.number for guess in guesses]
        for guess in guesses:
            self.fields[f"column-{guess.number}"] = forms.ChoiceField(
                choices=_targets(guess, own, run.file_format.columns), required=False, label=guess.name
            )
            self.fields[f"rule-{guess.number}"] = forms.ChoiceField(
                choices=[("", pgettext_lazy("import", "no rule of its own")), *ColumnRule.choices],
                required=False,
                label=guess.name,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [str(cleaned.get(f"column-{number}") or "") for number in self.numbers]
        targets = set(chosen)
        for number, target in zip(self.numbers, chosen, strict=True):
            if target.startswith(FIELD) and chosen.count(target) > 1:
                self.add_error(f"column-{number}", _("Two columns go to this field: leave one out."))
        if not targets & {Target.EMAIL, Target.PHONE, Target.EXTERNAL_ID, Target.STREET}:
            raise forms.ValidationError(
                _("Say which column holds e-mails, phones or addresses: without one of them, nobody could be reached.")
            )
        self._check_rules(chosen, cleaned)
        return cleaned

    def _check_rules(self, chosen: list[str], cleaned: dict[str, Any]) -> None:
        """Each rule suits what its column holds, and columns of one thing (an address) have one rule."""
        found: dict[str, str] = {}
        for number, target in zip(self.numbers, chosen, strict=True):
            rule = cleaned.get(f"rule-{number}")
            if not rule or not target:
                continue
            several = target in self.several or target == f"{NEW}{FieldKind.CHOICES}"
            if rule not in rules_for_target(target, several=several):
                self.add_error(f"rule-{number}", _("This rule does not suit this column: choose another one."))
            elif any(found.setdefault(part, rule) != rule for part in parts_of(target)):
                self.add_error(f"rule-{number}", _("Columns of the same datum follow one rule: choose the same one."))

    def beside(self, number: int) -> dict[str, Any]:
        """The two choices of a column, none where it may not be imported."""
        return {"field": self[f"column-{number}"], "rule": self[f"rule-{number}"]} if number in self.numbers else {}

    def rules(self) -> dict[str, str]:
        return {str(number): self.cleaned_data.get(f"rule-{number}", "") for number in self.numbers}

    def mapping(self) -> dict[str, str]:
        return {
            str(number): self.cleaned_data[f"column-{number}"]
            for number in self.numbers
            if self.cleaned_data.get(f"column-{number}")
        }


def _targets(guess: ColumnGuess, own: list[tuple[str, str]], columns: Sequence[str]) -> list[Any]:
    """Our own fields, the campaign's, and those that can be made from the column: first the kind that its values look like."""
    choices: list[Any] = list(Target.choices)
    if own:
        choices.append((_("Your own fields"), own))
    if guess.kind:
        kinds = sorted(KINDS.items(), key=lambda kind: kind[0] != guess.kind)
        made = [
            (f"{NEW}{kind}", format_lazy("{} ({})", label, LIKELY) if kind == guess.kind else label)
            for kind, label in kinds
        ]
        choices.append((_("A new field “%(name)s”") % {"name": field_name(guess.number, columns)}, made))
    return choices


class CommunesForm(forms.Form):
    """One choice per postcode that leaves a doubt. Nothing is chosen unless somebody did, for this file or an earlier one."""

    def __init__(self, run: Import, questions: Sequence[Question], data: Any = None) -> None:
        super().__init__(data)
        for question in questions:
            communes = [(one.code, one.name) for one in question.communes]
            self.fields[question.postcode] = forms.ChoiceField(
                label=question.postcode,
                choices=[("", _("Leave unknown")), *communes],
                initial=run.communes.get(question.postcode, ""),
                required=False,
            )

    def answers(self) -> dict[str, str]:
        return dict(self.cleaned_data)


class OriginForm(forms.Form):
    source_type = forms.ChoiceField(
        label=_("Where does this file come from?"), choices=SourceType.choices, widget=forms.RadioSelect
    )
    proof = forms.CharField(
        label=_("Where, when and how were these people's details collected?"),
        help_text=_(
            "For instance: forms filled in at the market of Belleville, spring 2025, kept in the office. You may be asked for it."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
    consent_channels = forms.MultipleChoiceField(
        label=_("Everyone in this file agreed to receive the campaign's news by"),
        choices=CHANNEL_NAMES.items(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    consent_wording = forms.CharField(
        label=_("What exactly did they agree to?"),
        help_text=_("The sentence that stood beside the box: it is kept with each agreement."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        required=False,
    )
    consent_on = forms.DateField(
        label=_("Since when, about?"),
        help_text=_("Left empty, each agreement is dated by the day that the person joined, where the file tells it."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    existing = forms.ChoiceField(
        label=_("People whom you already know"),
        choices=ExistingPolicy.choices,
        widget=forms.RadioSelect,
        initial=ExistingPolicy.FILL,
    )
    tags = forms.CharField(
        label=_("Tags for everyone in this file"),
        help_text=_("Separated by commas. For instance: Market of Belleville"),
        max_length=300,
        required=False,
    )

    def __init__(self, run: Import, data: Any = None, *, channels: Collection[str] = ()) -> None:
        """`channels`: those that the file has a column of agreements for."""
        initial = {
            name: getattr(run, name)
            for name in ("source_type", "proof", "consent_channels", "consent_wording", "consent_on", "existing")
        }
        super().__init__(data, initial={**initial, "tags": ", ".join(run.tags)})
        self.channels = channels
        for channel, label in OWN_WORDINGS.items():
            self.fields[f"wording-{channel}"] = forms.CharField(
                label=label,
                help_text=_("Only if the sentence was another one."),
                widget=forms.Textarea(attrs={"rows": 2}),
                max_length=1000,
                required=False,
                initial=run.consent_wordings.get(channel, ""),
            )

    def clean_consent_on(self) -> date | None:
        day: date | None = self.cleaned_data["consent_on"]
        if day and not FIRST_AGREEMENT <= day <= timezone.localdate():
            raise forms.ValidationError(
                _("Choose a day between 1990 and today: an agreement is dated by when it was given.")
            )
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        source = RULES.get(cleaned.get("source_type", ""))
        if source is None:
            return cleaned
        if source.is_refused:
            self.add_error("source_type", source.refusal)  # type: ignore[arg-type]
            return cleaned
        refused = [channel for channel in cleaned.get("consent_channels", []) if channel not in source.channels]
        if refused:
            names = ", ".join(str(CHANNEL_NAMES[channel]) for channel in refused)
            self.add_error(
                "consent_channels", _("A file from there cannot give an agreement for: %(names)s.") % {"names": names}
            )
        if (cleaned.get("consent_channels") or self.channels) and not cleaned.get("consent_wording"):
            self.add_error(
                "consent_wording",
                _("Copy the sentence that people agreed to. Without it their agreement proves nothing."),
            )
        return cleaned

    def origin(self) -> Origin:
        data = self.cleaned_data
        tags = list(dict.fromkeys(" ".join(tag.split())[:80] for tag in names_typed(data["tags"])))
        return Origin(
            data["source_type"],
            data["proof"],
            data["consent_channels"],
            data["consent_wording"],
            data["consent_on"],
            data["existing"],
            tags,
            {channel: data[f"wording-{channel}"] for channel in OWN_WORDINGS},
        )

    def own_wordings(self) -> list[dict[str, Any]]:
        """Each further channel's field, and whether it waits for a box to be ticked: its own, or that of another one."""
        return [
            {
                "field": self[f"wording-{channel}"],
                "channel": channel,
                "waits": channel not in self.channels,
                "is_alone": not {*self.channels} - {channel},
            }
            for channel in OWN_WORDINGS
        ]

    def sources(self) -> list[tuple[Any, SourceRule]]:
        """Each radio button with what its source allows."""
        choices = [(choice, RULES[choice.data["value"]]) for choice in self["source_type"]]
        return [(choice, rule) for choice, rule in choices if not rule.is_refused]

    def refused_sources(self) -> list[tuple[str, Promise | str]]:
        """What nobody can choose, and why."""
        return [(str(SourceType(value).label), rule.refusal) for value, rule in RULES.items() if rule.is_refused]
