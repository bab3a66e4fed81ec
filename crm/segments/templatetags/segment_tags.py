from collections.abc import Collection, Iterable
from functools import lru_cache

from django import template
from django.utils.functional import Promise
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from crm.geo.territories import TERRITORIES, Territory
from crm.segments.registry import RawValue

register = template.Library()
CHECKED = SafeString(" checked")


@register.filter
def part_value(raw: RawValue, name: str) -> str:
    return raw.part(name)


@register.simple_tag
def territories() -> tuple[Territory, ...]:
    return TERRITORIES


@register.simple_tag
def condition_options(choices: Iterable[tuple[str, list[tuple[str, str]]]], chosen: str) -> SafeString:
    """Some sixty in each row of the builder: a template would take longer over them than over all the rest of the page."""
    options = _options(tuple((heading, tuple(entries)) for heading, entries in choices))
    start = f'<option value="{escape(chosen)}"'
    return SafeString(options.replace(f"{start}>", f"{start} selected>", 1))


@lru_cache(maxsize=100)
def _options(choices: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> SafeString:
    """The same in all rows."""
    groups = (
        (heading, format_html_join("", '<option value="{}">{}</option>', entries)) for heading, entries in choices
    )
    return format_html_join("", '<optgroup label="{}">{}</optgroup>', groups)


@register.simple_tag
def boxes(prefix: str, options: Iterable[tuple[str, str | Promise]], picked: Collection[str]) -> SafeString:
    """Dozens to tick, likewise; what has no key is a heading."""
    box = '<label><input type="checkbox" name="{}-pick" id="{}-pick-{}" value="{}"{}> {}</label>'
    lines = (
        format_html(box, prefix, prefix, key, key, CHECKED if key in picked else "", label)
        if key
        else format_html('<b class="tri-titre">{}</b>', label)
        for key, label in options
    )
    return format_html_join("\n", "{}", ((line,) for line in lines))
