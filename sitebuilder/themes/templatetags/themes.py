from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from sitebuilder.themes.chrome import Chrome, chrome_for
from sitebuilder.themes.drawings import DRAWINGS, with_needs
from sitebuilder.themes.fitting import line_fit, title_fit, title_lines

register = template.Library()
ASPECTS = {"photo": "xMidYMid slice", "person__face": "xMidYMax slice", "cutout": "xMidYMax meet"}


@register.simple_tag(takes_context=True)
def site_chrome(context: Context) -> Chrome:
    """{% site_chrome as chrome %}: brand, menu and footer of the current campaign."""
    return chrome_for(context["request"], context.get("page"))


@register.simple_tag
def sprite(names: Iterable[str] | str = ()) -> SafeString:
    """The symbols of the page's drawings, once, before they are used."""
    wanted = ("trame", *with_needs(names or ()))
    # Our own files, without a variable in them.
    symbols = (mark_safe(render_to_string(f"themes/drawings/{name}.svg").strip()) for name in wanted)  # noqa: S308 -- our own files
    return format_html(
        '<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">{}</svg>',
        format_html_join("", "{}", ((symbol,) for symbol in symbols)),
    )


@register.simple_tag
def drawing(name: str, css_class: str, alt: str = "") -> SafeString:
    if name not in DRAWINGS:
        return SafeString("")
    known = DRAWINGS[name]
    return format_html(
        '<svg class="{} face--{}" viewBox="{}" preserveAspectRatio="{}" role="img" aria-label="{}"><use href="#{}"/></svg>',
        css_class,
        name,
        known.view_box,
        ASPECTS.get(css_class, "xMidYMid meet"),
        alt or known.alt,
        name,
    )


@register.simple_tag
def fitted_title(title: str, with_picture: Any = False) -> dict[str, Any]:
    """{% fitted_title title with_picture as fitted %}: its lines, and the class that makes them as large as they can be."""
    lines = title_lines(title, with_picture=bool(with_picture))
    wide, narrow = title_fit(lines, with_picture=bool(with_picture)), title_fit(lines, with_picture=False)
    return {"lines": lines, "css_class": f"fit-{wide} fit-m-{narrow}"}


@register.filter
def fit_class(text: str, largest: int = 14) -> str:
    """The class that lets this text fill the width on one line."""
    return f"fit-{line_fit(text, largest=largest)}"


@register.filter
def longest_word_fit(text: str, largest: int = 20) -> str:
    """The class that lets the longest word of a wrapping title stay in one piece."""
    return f"fit-{min((line_fit(word, largest=largest) for word in text.split()), default=largest)}"


@register.simple_tag
def all_drawings() -> list[str]:
    return list(DRAWINGS)
