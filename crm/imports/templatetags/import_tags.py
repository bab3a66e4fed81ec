from collections.abc import Iterable, Sequence

from django import template

from crm.imports.models import ImportIssue
from crm.imports.wording import FIELD_NAMES, sentence

register = template.Library()


@register.filter
def issue_sentence(issue: ImportIssue) -> str:
    return sentence(issue.level, issue.kind, issue.value)


@register.filter
def field_names(keys: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(str(FIELD_NAMES[key]) for key in keys if key in FIELD_NAMES))


@register.filter
def beside(values: Sequence[str], labels: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(labels, values, strict=True))
