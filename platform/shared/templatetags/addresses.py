"""Where an e-mail address may go on in the next line: between its parts, never within a word."""

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
ADDRESS = re.compile(r"[^\s@<>&]+@[^\s@<>&]+")  # of text that is escaped already: no markup, no entity
JOINT = re.compile(r"(?<=@)|(?=\.)")


@register.filter
def breakable(text: str) -> SafeString:
    """After «@» and before each «.»; what is copied stays the address. Text around it is left as it is."""
    return mark_safe(ADDRESS.sub(lambda found: JOINT.sub("<wbr>", found[0]), escape(text)))  # noqa: S308 -- escaped
