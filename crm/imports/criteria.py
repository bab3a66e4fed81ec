"""Whoever was in a file, whether she was new or known already."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from crm.imports.models import Import
from crm.people.models import Activity
from crm.segments.criteria.activities import DidSomething
from crm.segments.criteria.values import check_integers, joined_by, shortened
from crm.segments.registry import Field, RawValue, Text


def _imports() -> list[tuple[str, Text]]:
    return [(str(one.pk), one.name) for one in Import.objects.exclude(started_at=None).order_by("-pk")[:30]]


class InImport(DidSomething):
    name = "import"
    operator = "in"
    label = gettext_lazy("Was in the import")
    heading = pgettext_lazy("segment", "Where they come from")
    field = Field("pick", options=_imports)

    def keys(self) -> set[str]:
        return {"imports"}

    def rows(self, value: dict[str, Any], *, now: datetime) -> QuerySet[Any]:
        references = [f"import:{pk}" for pk in value["imports"]]
        return Activity.objects.filter(kind="imported", source_reference__in=references)

    def check_what(self, value: dict[str, Any]) -> dict[str, Any]:
        return {"imports": check_integers(value.get("imports"), what=gettext_lazy("Tick at least one choice."))}

    def read(self, raw: RawValue) -> dict[str, Any]:
        return self.check({"imports": [int(pk) for pk in raw.picked if pk.isascii() and pk.isdigit()]})

    def write(self, value: dict[str, Any]) -> RawValue:
        return RawValue(picked=tuple(map(str, value["imports"])))

    def what_text(self, value: dict[str, Any], word: str) -> str:
        names = dict(Import.objects.filter(pk__in=value["imports"]).values_list("pk", "name"))
        quoted = [_("“%(name)s”") % {"name": names.get(pk, f"#{pk}")} for pk in value["imports"]]
        return joined_by(pgettext("list", "or"), shortened(quoted))

    def clause(self, value: dict[str, Any]) -> str:
        return _("were in the import %(what)s") % {"what": self.value_text(value)}


CRITERIA = (InImport(),)
