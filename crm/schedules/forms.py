import re
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.schedules.enums import Place, Rhythm, Weekday
from crm.schedules.hosts import HostRefused, check_address
from crm.schedules.models import ScheduledImport
from crm.schedules.services import Plan
from crm.schedules.wording import sentences

HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
OURS = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "trailer", "upgrade", "expect", "user-agent", "accept"}
)  # fmt: skip
PRINTABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
WITHIN = pgettext_lazy("hours", "between {start}:00 and {end}:00")
HOURS = [(hour, format_lazy(WITHIN, start=hour, end=hour + 1)) for hour in range(24)]
KEPT = _("Kept sealed, and never shown again. Leave it empty to keep the one that is there.")


class ScheduleForm(forms.Form):
    name = forms.CharField(label=_("Name of the scheduled import"), max_length=120)
    place = forms.ChoiceField(
        label=_("Where is the file?"), choices=Place.choices, widget=forms.RadioSelect, initial=Place.WEB
    )
    address = forms.CharField(
        label=_("Address of the file"),
        max_length=1000,
        required=False,
        help_text=_("It begins with https:// and gives the file itself, not a page about it."),
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    header = forms.CharField(
        label=_("Secret header: name"),
        max_length=60,
        required=False,
        help_text=_("For instance: Authorization. Empty where the server asks for none."),
    )
    secret = forms.CharField(
        label=_("Secret header: value"),
        max_length=2000,
        required=False,
        help_text=KEPT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    server = forms.CharField(
        label=_("Address of the S3 server"),
        max_length=500,
        required=False,
        help_text=_("For instance: https://s3.fr-par.scw.cloud"),
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    region = forms.RegexField(
        r"^[a-z0-9-]*$", label=_("Region"), max_length=40, required=False, help_text=_("For instance: fr-par")
    )
    bucket = forms.RegexField(r"^[A-Za-z0-9._-]*$", label=_("Bucket"), max_length=100, required=False)
    object_key = forms.CharField(
        label=_("Name of the object"), max_length=500, required=False, help_text=_("For instance: exports/contacts.csv")
    )
    key_id = forms.CharField(label=_("Access key"), max_length=200, required=False)
    secret_key = forms.CharField(
        label=_("Secret key"),
        max_length=2000,
        required=False,
        help_text=KEPT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    rhythm = forms.ChoiceField(
        label=_("How often?"), choices=Rhythm.choices, widget=forms.RadioSelect, initial=Rhythm.DAILY
    )
    weekday = forms.TypedChoiceField(label=_("Day"), choices=Weekday.choices, coerce=int, initial=Weekday.MONDAY.value)
    hour = forms.TypedChoiceField(label=_("Hour"), choices=HOURS, coerce=int, initial=6)

    def __init__(self, data: Any = None, *, scheduled: ScheduledImport | None = None, name: str = "") -> None:
        self.scheduled = scheduled
        super().__init__(data, initial={"name": name, **(_initial(scheduled) if scheduled else {})})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("place") == Place.BUCKET:
            self._require(cleaned, "server", "bucket", "object_key", "key_id")
            self._check_server(cleaned, "server", "secret_key")
        elif cleaned.get("place") == Place.WEB:
            self._require(cleaned, "address")
            self._check_header(cleaned)
            self._check_server(cleaned, "address", "secret")
        return cleaned

    def _require(self, cleaned: dict[str, Any], *names: str) -> None:
        for name in names:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed."))

    def _check_header(self, cleaned: dict[str, Any]) -> None:
        name = cleaned.get("header") or ""
        if name and (not HEADER.fullmatch(name) or name.lower() in OURS):
            self.add_error(
                "header",
                _("This header cannot be used: give the one that your server asks for, such as Authorization."),
            )
        if cleaned.get("secret") and not name:
            self.add_error("header", _("Say which header the secret goes into."))

    def _check_server(self, cleaned: dict[str, Any], field: str, secret: str) -> None:
        """A secret is for the server that it was given for: with another address it is asked for again."""
        address, given = cleaned.get(field) or "", cleaned.get(secret) or ""
        if given and not PRINTABLE.fullmatch(given):
            self.add_error(secret, _("A secret holds letters, digits and signs on one line, without accents."))
        if not address:
            return
        try:
            where = check_address(address)[1:]
        except HostRefused as error:
            self.add_error(field, " ".join(sentences(error.reason, "")))
            return
        needed = cleaned.get("place") == Place.BUCKET or cleaned.get("header")
        if needed and not given and (not self._has_secret or where != self._server):
            self.add_error(secret, _("Give the secret of this server."))

    @property
    def _has_secret(self) -> bool:
        return bool(self.scheduled and self.scheduled.sealed_secret)

    @property
    def _server(self) -> tuple[str, int] | None:
        """Of the secret that is kept."""
        if self.scheduled is None or self.scheduled.place != self.cleaned_data.get("place"):
            return None
        try:
            return check_address(self.scheduled.address)[1:]
        except HostRefused:
            return None

    def plan(self) -> Plan:
        told = self.cleaned_data
        in_bucket = told["place"] == Place.BUCKET
        own = {name: told[name] if in_bucket else "" for name in ("region", "bucket", "object_key", "key_id")}
        return Plan(
            name=told["name"],
            place=told["place"],
            address=told["server"] if in_bucket else told["address"],
            header="" if in_bucket else told["header"],
            rhythm=told["rhythm"],
            hour=told["hour"],
            weekday=told["weekday"],
            **own,
        )

    def secret_given(self) -> str | None:
        """None: the one that is kept stays."""
        told = self.cleaned_data
        given = str(told["secret_key"] if told["place"] == Place.BUCKET else told["secret"])
        if given:
            return given
        return "" if told["place"] == Place.WEB and not told["header"] else None


def _initial(scheduled: ScheduledImport) -> dict[str, Any]:
    names = ("name", "place", "header", "region", "bucket", "object_key", "key_id", "rhythm", "hour", "weekday")
    where = "server" if scheduled.place == Place.BUCKET else "address"
    return {**{name: getattr(scheduled, name) for name in names}, where: scheduled.address}
