from django import template

from shared import money

register = template.Library()


@register.filter
def euros(cents: int) -> str:
    return money.euros(cents)


@register.filter
def with_vat(cents: int) -> int:
    return money.with_vat(cents)


@register.filter
def thousands(number: int) -> str:
    return money.thousands(number)


@register.filter
def percent(number: int | str) -> str:
    return money.percent(number)
