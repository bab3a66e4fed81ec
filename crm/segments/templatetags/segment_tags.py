from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from crm.geo.territories import TERRITORIES, Territory
from crm.segments.registry import RawValue

register = template.Library()
SELECTED = SafeString(" selected")


@register.filter
def part_value(raw: RawValue, name: str) -> str:
    return raw.part(name)


@register.simple_tag
def territories() -> tuple[Territory, ...]:
    return TERRITORIES


@register.simple_tag
def condition_options(choices: Iterable[tuple[str, list[tuple[str, str]]]], chosen: str) -> SafeString:
    """Some sixty in each row of the builder: a template would take longer over them than over all the rest of the page."""
    groups = (
        (heading, _options([(key, SELECTED if key == chosen else "", label) for key, label in entries]))
        for heading, entries in choices
    )
    return format_html_join("", '<optgroup label="{}">{}</optgroup>', groups)


def _options(entries: list[tuple[str, str, str]]) -> SafeString:
    return format_html_join("", '<option value="{}"{}>{}</option>', entries)
