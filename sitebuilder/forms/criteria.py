"""Conditions on what came by the site: forms filled in, and who brought whom."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.people.models import Activity, Person
from crm.people.searching import people_matching
from crm.segments.criteria.activities import TIMES, DidSomething
from crm.segments.criteria.periods import PARTS, within
from crm.segments.registry import CriterionInvalid, Field, RawValue


class FormFilled(DidSomething):
    """{"page": …}: a part of the page's address, or nothing for any form of the site."""

    name = "form"
    operator = "filled"
    label = gettext_lazy("Filled in a form")
    field = Field(
        "text", placeholder=gettext_lazy("any form, or a part of its address"), parts=(TIMES, *PARTS), may_be_blank=True
    )

    def keys(self) -> set[str]:
        return {"page", "times", "period"}

    def rows(self, value: dict[str, Any], *, now: datetime) -> QuerySet[Any]:
        found = Activity.objects.filter(within("at", value.get("period", {}), now=now), kind="signed_up")
        return found.filter(payload__page__icontains=value["page"]) if "page" in value else found

    def check_what(self, value: dict[str, Any]) -> dict[str, Any]:
        page = value.get("page", "")
        if not isinstance(page, str) or len(page) > 200:
            raise CriterionInvalid(_("A part of a page’s address is expected."))
        return {"page": page.strip()} if page.strip() else {}

    def read_what(self, raw: RawValue) -> dict[str, Any]:
        return {"page": raw.text}

    def write_what(self, value: dict[str, Any]) -> RawValue:
        return RawValue(text=value.get("page", ""))

    def what_text(self, value: dict[str, Any], word: str) -> str:
        return _("“%(name)s”") % {"name": value["page"]} if "page" in value else _("a form of the site")

    def clause(self, value: dict[str, Any]) -> str:
        return _("filled in %(what)s") % {"what": self.value_text(value)}


class FormNotFilled(FormFilled):
    operator = "not_filled"
    label = gettext_lazy("Filled in no form")
    field = Field(
        "text", placeholder=gettext_lazy("any form, or a part of its address"), parts=PARTS, may_be_blank=True
    )
    absent = True

    def clause(self, value: dict[str, Any]) -> str:
        return _("did not fill in %(what)s") % {"what": self.value_text(value)}


class BroughtBy(DidSomething):
    """{"person": id}: who sent the link by which they came; without it, whoever did."""

    name = "recruiter"
    operator = "is"
    label = gettext_lazy("Was brought by a supporter")
    heading = pgettext_lazy("segment", "Where they come from")
    field = Field(
        "text", placeholder=gettext_lazy("any supporter, or an e-mail address"), parts=PARTS, may_be_blank=True
    )

    def keys(self) -> set[str]:
        return {"person", "times", "period"}

    def rows(self, value: dict[str, Any], *, now: datetime) -> QuerySet[Any]:
        found = Activity.objects.filter(within("at", value.get("period", {}), now=now), kind="signed_up")
        if "person" in value:
            return found.filter(payload__recruiter_id=value["person"])
        return found.filter(payload__has_key="recruiter_id")

    def check_what(self, value: dict[str, Any]) -> dict[str, Any]:
        person = value.get("person")
        if person is not None and (type(person) is not int or person < 1):
            raise CriterionInvalid(_("A person is expected."))
        return {"person": person} if person else {}

    def read_what(self, raw: RawValue) -> dict[str, Any]:
        if not raw.text.strip():
            return {}
        found = list(people_matching(raw.text.strip())[:2])
        if len(found) != 1:
            raise CriterionInvalid(_("Give the e-mail address of one person of your contact file."))
        return {"person": found[0].pk}

    def write_what(self, value: dict[str, Any]) -> RawValue:
        person = self._person(value)
        return RawValue(text=(person.email or person.full_name) if person else "")

    def what_text(self, value: dict[str, Any], word: str) -> str:
        if "person" not in value:
            return _("a supporter")
        person = self._person(value)
        return person.full_name if person else _("somebody who was erased")

    def clause(self, value: dict[str, Any]) -> str:
        return _("were brought by %(who)s") % {"who": self.value_text(value)}

    def _person(self, value: dict[str, Any]) -> Person | None:
        return Person.objects.alive().filter(pk=value.get("person") or 0).first()


class Brought(FormFilled):
    name = "recruiter"
    operator = "brought"
    label = gettext_lazy("Brought others along")
    field = Field("none", parts=(TIMES, *PARTS))

    def rows(self, value: dict[str, Any], *, now: datetime) -> QuerySet[Any]:
        return Activity.objects.filter(within("at", value.get("period", {}), now=now), kind="recruited")

    def what_text(self, value: dict[str, Any], word: str) -> str:
        return ""

    def clause(self, value: dict[str, Any]) -> str:
        text = self.value_text(value)
        return _("brought others along (%(what)s)") % {"what": text} if text else _("brought others along")


CRITERIA = (FormFilled(), FormNotFilled(), BroughtBy(), Brought())
