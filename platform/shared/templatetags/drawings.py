"""Icons from one cached file, and the class that gives a bar its length (a strict policy allows no style attribute)."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def lucide(name: str, css: str = "") -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f"icon {css}".strip(),
        static("shared/icons.svg"),
        name,
    )


@register.filter
def bar(share: float) -> str:
    """0.37 → v-37"""
    return f"v-{max(0, min(100, round(share * 100)))}"
