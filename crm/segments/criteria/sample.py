"""A part of the people drawn by lot, always the same ones: by a hash of the person and of the segment's own number."""

from datetime import datetime

from django.db.models import Q, Value
from django.db.models.functions import Mod
from django.db.models.lookups import LessThan
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.segments.criteria.values import check_number, read_number
from crm.segments.drawing import drawn, new_salt
from crm.segments.registry import Criterion, CriterionInvalid, Field, Part, RawValue
from crm.segments.tree import SALTS
from shared.numbers import number


class RandomPercent(Criterion):
    name = "sample"
    operator = "percent"
    label = pgettext_lazy("segment", "Is picked at random")
    heading = gettext_lazy("Other segments, random sample")
    needs_own_data = False
    field = Field(
        "days",
        placeholder="10",
        unit=gettext_lazy("percent of the people"),
        parts=(Part("salt", "hidden", gettext_lazy("drawing")),),
    )

    def check(self, value: object) -> dict[str, int]:
        if not isinstance(value, dict) or set(value) != {"percent", "salt"}:
            raise CriterionInvalid(_("A part of the people and a drawing are expected."))
        return {
            "percent": check_number(value["percent"], low=1, high=99),
            "salt": check_number(value["salt"], low=1, high=SALTS),
        }

    def condition(self, value: dict[str, int], *, now: datetime) -> Q:
        return Q(LessThan(Mod(drawn(value["salt"]), Value(100)), Value(value["percent"])))

    def read(self, raw: RawValue) -> dict[str, int]:
        kept = number(raw.part("salt")) or new_salt()
        return self.check({"percent": read_number(raw.text, low=1, high=99), "salt": kept})

    def write(self, value: dict[str, int]) -> RawValue:
        return RawValue(text=str(value["percent"]), parts={"salt": str(value["salt"])})

    def value_text(self, value: dict[str, int]) -> str:
        return _("%(percent)s %% of the people") % {"percent": value["percent"]}

    def clause(self, value: dict[str, int]) -> str:
        return _("are among %(percent)s %% picked at random") % {"percent": value["percent"]}


CRITERIA: tuple[Criterion, ...] = (RandomPercent(),)
