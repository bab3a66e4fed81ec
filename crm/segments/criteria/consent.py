"""What people agreed to or refused, for which purpose, by which channel, on which legal basis."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.consent.enums import Basis, Channel, Purpose
from crm.consent.models import ConsentState
from crm.people.models import Person
from crm.segments.criteria.values import check_allowed
from crm.segments.registry import Criterion, CriterionInvalid, Field, Part, RawValue, Text
from shared.sampling import has_any

BASES: dict[str, Text] = {str(basis.value): basis.label for basis in Basis}
PURPOSES: dict[str, Text] = {str(purpose.value): purpose.label for purpose in Purpose}
CHANNELS: dict[str, Text] = {str(channel.value): channel.label for channel in Channel}
PARTS = (
    Part("purpose", "select", gettext_lazy("for what"), options=lambda: list(PURPOSES.items())),
    Part("channel", "select", gettext_lazy("by which channel"), options=lambda: list(CHANNELS.items())),
)


def _day_of(state: ConsentState) -> str:
    """When she said so, rather than when it was written."""
    return date_format(state.entry.given_on or timezone.localdate(state.at), "DATE_FORMAT")


class _Consent(Criterion):
    """{"purpose": …, "channel": …, "bases": […]}: without bases, whatever the basis."""

    name = "consent"
    heading = gettext_lazy("What they agreed to")
    needs_own_data = False
    field = Field("none", parts=PARTS)

    def states(self, value: dict[str, Any]) -> QuerySet[ConsentState]:
        return ConsentState.objects.filter(purpose=value["purpose"], channel=value["channel"])

    def check(self, value: object) -> dict[str, Any]:
        if not isinstance(value, dict) or not {"purpose", "channel"} <= set(value) <= self.keys():
            raise CriterionInvalid(_("A purpose and a channel are expected."))
        for key, known in (("purpose", PURPOSES), ("channel", CHANNELS)):
            if value[key] not in known:
                raise CriterionInvalid(_("“%(entry)s” is not one of the choices.") % {"entry": value[key]})
        checked: dict[str, Any] = {"purpose": value["purpose"], "channel": value["channel"]}
        if value.get("bases"):
            checked["bases"] = check_allowed(value["bases"], BASES, what="")
        return checked

    def keys(self) -> set[str]:
        return {"purpose", "channel"}

    def condition(self, value: dict[str, Any], *, now: datetime) -> Q:
        return has_any(self.states(value))

    def evidences(self, value: dict[str, Any], people: Sequence[Person], *, now: datetime) -> Mapping[int, str]:
        states = self.states(value).filter(person__in=people).select_related("entry")
        return {state.person_id: self.told(state) for state in states}

    def told(self, state: ConsentState) -> str:
        return _("%(basis)s, since %(day)s") % {"basis": BASES.get(state.basis, state.basis), "day": _day_of(state)}

    def read(self, raw: RawValue) -> dict[str, Any]:
        bases = {"bases": list(raw.picked)} if "bases" in self.keys() else {}
        return self.check(
            {
                "purpose": raw.part("purpose") or Purpose.NEWS.value,
                "channel": raw.part("channel") or Channel.EMAIL.value,
                **bases,
            }
        )

    def write(self, value: dict[str, Any]) -> RawValue:
        return RawValue(picked=tuple(value.get("bases", ())), parts={key: value[key] for key in ("purpose", "channel")})

    def value_text(self, value: dict[str, Any]) -> str:
        text = _("%(purpose)s, by %(channel)s") % {
            "purpose": PURPOSES[value["purpose"]],
            "channel": str(CHANNELS[value["channel"]]).lower(),
        }
        bases = ", ".join(str(label) for key, label in BASES.items() if key in value.get("bases", ()))
        return f"{text} ({bases})" if bases else text


class ConsentGiven(_Consent):
    operator = "given"
    label = gettext_lazy("Agreed to")
    field = Field("pick", options=lambda: list(BASES.items()), parts=PARTS, may_be_blank=True)

    def selects(self, value: dict[str, Any]) -> bool:
        """Who agreed to news by e-mail is the list itself; who agreed to something else, or on one basis, is some of it."""
        return (value["purpose"], value["channel"]) != (Purpose.NEWS, Channel.EMAIL) or "bases" in value

    def keys(self) -> set[str]:
        return {"purpose", "channel", "bases"}

    def states(self, value: dict[str, Any]) -> QuerySet[ConsentState]:
        found = super().states(value).filter(granted=True)
        return found.filter(basis__in=value["bases"]) if "bases" in value else found

    def clause(self, value: dict[str, Any]) -> str:
        return _("agreed to %(what)s") % {"what": self.value_text(value)}


class ConsentRefused(_Consent):
    operator = "refused"
    label = gettext_lazy("Refused or withdrew")

    def states(self, value: dict[str, Any]) -> QuerySet[ConsentState]:
        return super().states(value).filter(granted=False)

    def told(self, state: ConsentState) -> str:
        return _("refused on %(day)s") % {"day": _day_of(state)}

    def clause(self, value: dict[str, Any]) -> str:
        return _("refused or withdrew %(what)s") % {"what": self.value_text(value)}


class ConsentUnknown(_Consent):
    operator = "unknown"
    label = gettext_lazy("Was never asked about")

    def condition(self, value: dict[str, Any], *, now: datetime) -> Q:
        return ~super().condition(value, now=now)

    def clause(self, value: dict[str, Any]) -> str:
        return _("have said nothing about %(what)s") % {"what": self.value_text(value)}


CRITERIA: tuple[Criterion, ...] = (ConsentGiven(), ConsentRefused(), ConsentUnknown())
