from collections.abc import Iterable

from django import template
from django.utils.translation import gettext_lazy as _

from crm.imports.models import ImportIssue
from crm.imports.wording import sentence
from tenants.facts import platform_url

register = template.Library()

FIELD_NAMES = {
    "first_name": _("first name"), "last_name": _("last name"), "birth_name": _("birth name"), "birth_date": _("date of birth"), "gender": _("gender"),
    "occupation": _("occupation"), "external_id": _("former number"), "support_level": _("support level"), "street": _("address"), "postcode": _("address"),
    "relationship": _("relationship"), "city": _("address"), "commune_code": _("address"), "departement_code": _("address"), "region_code": _("address"), "country": _("address"),
    "tag_ids": _("tags"), "email": _("e-mail"), "phone": _("phone"), "note": _("note"), "consent": _("agreement"), "flag": _("e-mail that no longer works"),
    "custom": _("your own fields"),
}  # fmt: skip
SHOWN_ISSUES = 8


@register.filter
def issue_sentence(issue: ImportIssue) -> str:
    return sentence(issue.level, issue.kind, issue.value)


@register.filter
def field_names(keys: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(str(FIELD_NAMES[key]) for key in keys if key in FIELD_NAMES))


@register.filter
def first_of_each_kind(issues: Iterable[ImportIssue]) -> list[ImportIssue]:
    """One example each, what was set aside first."""
    kinds: dict[str, ImportIssue] = {}
    for issue in sorted(issues, key=lambda issue: (issue.level != "rejected", issue.line)):
        if issue.level != "merged":
            kinds.setdefault(issue.kind, issue)
    return list(kinds.values())[:SHOWN_ISSUES]


@register.simple_tag
def plan_url() -> str:
    return platform_url("/compte/")
