from django import template

from crm.segments.registry import RawValue

register = template.Library()


@register.filter
def part_value(raw: RawValue, name: str) -> str:
    return raw.part(name)
