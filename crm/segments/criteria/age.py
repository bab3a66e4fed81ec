from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from crm.people.models import Person
from crm.segments.criteria.values import check_number, check_true, read_number
from crm.segments.registry import Criterion, CriterionInvalid, Field, RawValue

OLDEST = 130


def years_before(today: date, years: int) -> date:
    """The last birth date that makes this age today; who was born on 29 February ages on 1 March."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)


def age_on(birth_date: date, today: date) -> int:
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


class AgeBetween(Criterion):
    """Ends included, either may be open. Unknown births are outside, and the builder tells how many."""

    name = "age"
    operator = "between"
    label = gettext_lazy("Is aged")
    field = Field("range", unit=gettext_lazy("years"))

    def check(self, value: object) -> list[int | None]:
        if not isinstance(value, list) or len(value) != 2:
            raise CriterionInvalid(_("Two ages are expected: from and to, either may be empty."))
        low, high = (None if end is None else check_number(end, low=0, high=OLDEST) for end in value)
        if low is None and high is None:
            raise CriterionInvalid(_("Give at least one age."))
        if low is not None and high is not None and low > high:
            raise CriterionInvalid(_("The first age must be the smaller one."))
        return [low, high]

    def condition(self, value: list[int | None], *, now: datetime) -> Q:
        low, high = value
        today = timezone.localtime(now).date()
        condition = Q(birth_date__isnull=False)
        if low is not None:
            condition &= Q(birth_date__lte=years_before(today, low))
        if high is not None:
            condition &= Q(birth_date__gt=years_before(today, high + 1))
        return condition

    def evidence(self, value: list[int | None], person: Person, *, now: datetime) -> str:
        if person.birth_date is None:
            return ""
        age = age_on(person.birth_date, timezone.localtime(now).date())
        return ngettext("%(age)s year old", "%(age)s years old", age) % {"age": age}

    def known_of(self, value: list[int | None], person: Person, *, now: datetime) -> str:
        return self.evidence(value, person, now=now) or _("date of birth unknown")

    def read(self, raw: RawValue) -> list[int | None]:
        ends = (raw.low.strip(), raw.high.strip())
        return self.check([read_number(end, low=0, high=OLDEST) if end else None for end in ends])

    def write(self, value: list[int | None]) -> RawValue:
        low, high = ("" if end is None else str(end) for end in value)
        return RawValue(low=low, high=high)

    def value_text(self, value: list[int | None]) -> str:
        low, high = value
        if low is None:
            return _("%(high)s or younger") % {"high": high}
        if high is None:
            return _("%(low)s or older") % {"low": low}
        return pgettext("age", "from %(low)s to %(high)s") % {"low": low, "high": high}

    def clause(self, value: list[int | None]) -> str:
        low, high = value
        if low is None:
            return _("are aged %(high)s or younger") % {"high": high}
        if high is None:
            return _("are aged %(low)s or older") % {"low": low}
        return _("are aged %(low)s to %(high)s") % {"low": low, "high": high}


class AgeUnknown(Criterion):
    name = "age"
    operator = "unknown"
    label = gettext_lazy("Has no known birth date")
    field = Field("none")

    def check(self, value: object) -> bool:
        return check_true(value)

    def condition(self, value: bool, *, now: datetime) -> Q:
        return Q(birth_date__isnull=True)

    def read(self, raw: RawValue) -> bool:
        return True

    def write(self, value: bool) -> RawValue:
        return RawValue()

    def value_text(self, value: bool) -> str:
        return ""

    def clause(self, value: bool) -> str:
        return _("have no known birth date")


CRITERIA = (AgeBetween(), AgeUnknown())
