"""Criteria that tick some of a few known choices, each on a column of the person."""

from datetime import datetime
from typing import ClassVar

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from crm.consent.enums import Channel, SourceKind
from crm.people.enums import SUPPORT_LEVELS, Gender
from crm.people.models import Person
from crm.segments.criteria.values import check_allowed, check_integers, check_true, joined_by
from crm.segments.registry import Criterion, CriterionInvalid, Field, RawValue, Text
from shared.numbers import numbers

SUPPORT_CHOICES: dict[str, Text] = {
    str(level): format_lazy("{} – {}", level, label) for level, label in SUPPORT_LEVELS.items()
}
LANGUAGES: dict[str, Text] = {
    "fr": pgettext_lazy("language", "French"),
    "en": pgettext_lazy("language", "English"),
    "ar": pgettext_lazy("language", "Arabic"),
    "de": pgettext_lazy("language", "German"),
    "es": pgettext_lazy("language", "Spanish"),
    "it": pgettext_lazy("language", "Italian"),
    "nl": pgettext_lazy("language", "Dutch"),
    "pt": pgettext_lazy("language", "Portuguese"),
    "tr": pgettext_lazy("language", "Turkish"),
}
GENDERS: dict[str, Text] = {str(gender.value): gender.label for gender in Gender if gender.value}
SOURCES: dict[str, Text] = {str(kind.value): kind.label for kind in SourceKind}
CHANNELS: dict[str, tuple[str, Text]] = {
    "email": ("can_email", gettext_lazy("e-mail")),
    "sms": ("can_sms", gettext_lazy("SMS")),
    "phone": ("can_call", gettext_lazy("phone")),
    "post": ("can_post", gettext_lazy("post")),
}


class Choices(Criterion):
    choices: ClassVar[dict[str, Text]]

    def check(self, value: object) -> list[str]:
        return check_allowed(value, self.choices, what=gettext_lazy("Tick at least one choice."))

    def read(self, raw: RawValue) -> list[str]:
        return self.check(list(raw.picked))

    def write(self, value: list[str]) -> RawValue:
        return RawValue(picked=tuple(value))

    def labels(self, value: list[str]) -> list[str]:
        return [str(label) for key, label in self.choices.items() if key in value]

    def value_text(self, value: list[str]) -> str:
        return ", ".join(self.labels(value))

    def either(self, value: list[str]) -> str:
        return joined_by(pgettext("list", "or"), self.labels(value))


def ticks(choices: dict[str, Text]) -> Field:
    return Field("pick", options=lambda: list(choices.items()))


class Language(Choices):
    name = "language"
    operator = "in"
    label = gettext_lazy("Speaks")
    choices = LANGUAGES
    field = ticks(LANGUAGES)

    def condition(self, value: list[str], *, now: datetime) -> Q:
        return Q(language__in=value)

    def clause(self, value: list[str]) -> str:
        return _("speak %(languages)s") % {"languages": self.either(value)}


class GenderIs(Choices):
    name = "gender"
    operator = "in"
    label = gettext_lazy("Is")
    choices = GENDERS
    field = ticks(GENDERS)

    def condition(self, value: list[str], *, now: datetime) -> Q:
        return Q(gender__in=value)

    def clause(self, value: list[str]) -> str:
        return _("are known as %(genders)s") % {"genders": self.either(value)}


class ReachableBy(Choices):
    name = "reach"
    operator = "by"
    label = gettext_lazy("May be reached by")
    choices = {key: label for key, (_column, label) in CHANNELS.items()}
    field = ticks(choices)
    heading = gettext_lazy("What they agreed to")
    needs_own_data = False

    def selects(self, value: list[str]) -> bool:
        """Whoever may get the message is reached by e-mail: with another channel beside, nobody less; with others alone, some."""
        return Channel.EMAIL not in value

    def condition(self, value: list[str], *, now: datetime) -> Q:
        condition = Q()
        for channel in value:
            condition |= Q(**{CHANNELS[channel][0]: True})
        return condition

    def evidence(self, value: list[str], person: Person, *, now: datetime) -> str:
        held = [channel for channel in value if getattr(person, CHANNELS[channel][0])]
        return _("reachable by %(channels)s") % {"channels": ", ".join(self.labels(held))} if held else ""

    def clause(self, value: list[str]) -> str:
        return _("may be reached by %(channels)s") % {"channels": self.either(value)}


class NotReachableBy(ReachableBy):
    operator = "not_by"
    label = gettext_lazy("May not be reached by")

    def selects(self, value: list[str]) -> bool:
        return True

    def condition(self, value: list[str], *, now: datetime) -> Q:
        return ~super().condition(value, now=now)

    def clause(self, value: list[str]) -> str:
        return _("may not be reached by %(channels)s") % {"channels": self.either(value)}


class CameBy(Choices):
    """Where a person was met first."""

    name = "source"
    operator = "in"
    label = gettext_lazy("Came first by")
    choices = SOURCES
    field = ticks(SOURCES)
    heading = pgettext_lazy("segment", "Where they come from")
    needs_own_data = False

    def condition(self, value: list[str], *, now: datetime) -> Q:
        return Q(source_kind__in=value)

    def clause(self, value: list[str]) -> str:
        return _("came first by %(sources)s") % {"sources": self.either(value)}


class SupportLevel(Criterion):
    name = "support"
    operator = "in"
    label = gettext_lazy("Has the support level")
    field = ticks(SUPPORT_CHOICES)
    is_opinion = True

    def check(self, value: object) -> list[int]:
        levels = check_integers(value, what=gettext_lazy("Tick at least one level."))
        if levels[-1] > 5:
            raise CriterionInvalid(_("Support levels go from 1 to 5."))
        return levels

    def condition(self, value: list[int], *, now: datetime) -> Q:
        return Q(support_level__isnull=False, support_level__in=value)

    def evidence(self, value: list[int], person: Person, *, now: datetime) -> str:
        return _("support level %(level)s") % {"level": person.support_level} if person.support_level else ""

    def read(self, raw: RawValue) -> list[int]:
        return self.check(numbers(raw.picked))

    def write(self, value: list[int]) -> RawValue:
        return RawValue(picked=tuple(str(level) for level in value))

    def value_text(self, value: list[int]) -> str:
        return ", ".join(str(SUPPORT_CHOICES[str(level)]) for level in value)

    def clause(self, value: list[int]) -> str:
        levels = joined_by(pgettext("list", "or"), [str(level) for level in value])
        return _("have the support level %(levels)s") % {"levels": levels}


class SupportUnknown(Criterion):
    name = "support"
    operator = "unknown"
    label = gettext_lazy("Has no known support level")
    field = Field("none")
    is_opinion = True

    def check(self, value: object) -> bool:
        return check_true(value)

    def condition(self, value: bool, *, now: datetime) -> Q:
        return Q(support_level__isnull=True)

    def read(self, raw: RawValue) -> bool:
        return True

    def write(self, value: bool) -> RawValue:
        return RawValue()

    def value_text(self, value: bool) -> str:
        return ""

    def clause(self, value: bool) -> str:
        return _("have no known support level")


CRITERIA = (SupportLevel(), SupportUnknown(), ReachableBy(), NotReachableBy(), Language(), GenderIs(), CameBy())
