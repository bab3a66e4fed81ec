from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString


class LightSelect(forms.Select):
    """For a hundred options on a page that must be quick: Django renders a template for each of them."""

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any | None = None
    ) -> SafeString:
        options = _options(tuple(_choices(self.choices)))
        start = f'<option value="{escape("" if value is None else value)}"'
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt(self.build_attrs(self.attrs, dict(attrs or {}))),
            SafeString(options.replace(f"{start}>", f"{start} selected>", 1)),
        )


Choice = tuple[str, str, tuple[tuple[str, str], ...]]  # value and label; or a heading, and what is below it


def _choices(choices: Iterable[Any]) -> Iterable[Choice]:
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield "", str(key), tuple((str(below), str(name)) for below, name in label)
        else:
            yield str(key), str(label), ()


@lru_cache(maxsize=200)
def _options(choices: tuple[Choice, ...]) -> SafeString:
    """The same hundred départements on each page."""
    return format_html_join(
        "", "{}", ((_group(label, below) if below else _option(value, label),) for value, label, below in choices)
    )


def _group(label: str, below: tuple[tuple[str, str], ...]) -> SafeString:
    return format_html(
        '<optgroup label="{}">{}</optgroup>', label, format_html_join("", "{}", ((_option(*one),) for one in below))
    )


def _option(value: str, label: str) -> SafeString:
    return format_html('<option value="{}">{}</option>', value, label)
