from django import template
from django.utils.translation import gettext_noop

from shared import money

register = template.Library()
# Django's `filesizeformat` takes these words from our catalog: its own French says «Kio» and «Mio», which nobody reads on a file.
SIZES = (gettext_noop("%s KB"), gettext_noop("%s MB"), gettext_noop("%s GB"), gettext_noop("%s TB"))


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
