"""Where an e-mail address may go on in the next line: between its parts, never within a word."""

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
WORD = re.compile(r"[^\s<>&]+")  # of text that is escaped already: no markup, no entity
JOINT = re.compile(r"(?<=@)|(?=\.)")


@register.filter
def breakable(value: object) -> SafeString:
    """After «@» and before each «.»; what is copied stays the address. Text around it is left as it is."""
    text = str(value)
    return mark_safe(WORD.sub(_opened, escape(text))) if "@" in text else escape(text)  # noqa: S308 -- escaped


def _opened(word: re.Match[str]) -> str:
    return JOINT.sub("<wbr>", word[0]) if "@" in word[0][1:-1] else word[0]
