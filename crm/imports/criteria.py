"""Whoever was in a file, whether she was new or known already."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from crm.imports.models import Import
from crm.imports.spans import was_in
from crm.segments.criteria.dated import Entries
from crm.segments.criteria.values import check_integers, joined_by, shortened
from crm.segments.registry import Criterion, CriterionInvalid, Field, RawValue, Text
from shared.numbers import numbers

OFFERED = 30  # of the newest


class InImport(Criterion):
    name = "import"
    operator = "in"
    label = gettext_lazy("Was in the import")
    heading = pgettext_lazy("segment", "Where they come from")
    field = Field("pick")
    needs_own_data = False

    def check(self, value: object) -> dict[str, Any]:
        if not isinstance(value, dict) or set(value) != {"imports"}:
            raise CriterionInvalid(_("This condition is not understood."))
        return {"imports": check_integers(value["imports"], what=gettext_lazy("Tick at least one choice."))}

    def condition(self, value: dict[str, Any], *, now: datetime) -> Q:
        return was_in(value["imports"])

    def options(self, raw: RawValue) -> list[tuple[str, Text]]:
        """The newest, and those that are ticked already, however old."""
        started = Import.objects.exclude(started_at=None).order_by("-pk")
        newest = list(started.values_list("pk", flat=True)[:OFFERED])
        older = sorted({pk for pk in ids_named(raw.picked) if pk not in newest}, reverse=True)
        entries = entries_of([*newest, *older])
        return [(str(pk), entries.label(pk)) for pk in [*newest, *older]]

    def read(self, raw: RawValue) -> dict[str, Any]:
        return self.check({"imports": ids_named(raw.picked)})

    def write(self, value: dict[str, Any]) -> RawValue:
        return RawValue(picked=tuple(map(str, value["imports"])))

    def value_text(self, value: dict[str, Any]) -> str:
        entries = entries_of(value["imports"])
        quoted = [_("“%(name)s”") % {"name": entries.short(pk)} for pk in value["imports"]]
        return joined_by(pgettext("list", "or"), shortened(quoted))

    def clause(self, value: dict[str, Any]) -> str:
        return _("were in the import %(what)s") % {"what": self.value_text(value)}


def ids_named(picked: Sequence[str]) -> list[int]:
    return numbers(picked)


def entries_of(ids: Collection[int]) -> Entries:
    """By their names and days: a file that is fetched every week has the same name each time. With all of those names."""
    names = Import.objects.filter(pk__in=ids).values("name")
    return Entries(Import.objects.filter(name__in=names).values_list("pk", "name", "created_at"))


CRITERIA = (InImport(),)
