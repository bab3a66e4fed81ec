"""Whoever was in a file, whether she was new or known already."""

from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, F, Func, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from crm.imports.models import Import, ImportBatch
from crm.segments.criteria.values import check_integers, joined_by, shortened
from crm.segments.registry import Criterion, CriterionInvalid, Field, RawValue, Text


def _imports() -> list[tuple[str, Text]]:
    return [(str(one.pk), one.name) for one in Import.objects.exclude(started_at=None).order_by("-pk")[:30]]


# Both columns, one row for each person.
WHOEVER = Func(
    Func(F("created_ids"), F("known_ids"), function="array_cat"), function="unnest", output_field=BigIntegerField()
)


class InImport(Criterion):
    name = "import"
    operator = "in"
    label = gettext_lazy("Was in the import")
    heading = pgettext_lazy("segment", "Where they come from")
    field = Field("pick", options=_imports)
    needs_own_data = False

    def check(self, value: object) -> dict[str, Any]:
        if not isinstance(value, dict) or set(value) != {"imports"}:
            raise CriterionInvalid(_("This condition is not understood."))
        return {"imports": check_integers(value["imports"], what=gettext_lazy("Tick at least one choice."))}

    def condition(self, value: dict[str, Any], *, now: datetime) -> Q:
        batches = ImportBatch.objects.filter(import_run__in=value["imports"])
        return Q(pk__in=batches.values(person=WHOEVER))

    def read(self, raw: RawValue) -> dict[str, Any]:
        return self.check({"imports": [int(pk) for pk in raw.picked if pk.isascii() and pk.isdigit()]})

    def write(self, value: dict[str, Any]) -> RawValue:
        return RawValue(picked=tuple(map(str, value["imports"])))

    def value_text(self, value: dict[str, Any]) -> str:
        names = dict(Import.objects.filter(pk__in=value["imports"]).values_list("pk", "name"))
        quoted = [_("“%(name)s”") % {"name": names.get(pk, f"#{pk}")} for pk in value["imports"]]
        return joined_by(pgettext("list", "or"), shortened(quoted))

    def clause(self, value: dict[str, Any]) -> str:
        return _("were in the import %(what)s") % {"what": self.value_text(value)}


CRITERIA = (InImport(),)
