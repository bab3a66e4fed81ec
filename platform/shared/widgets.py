from collections.abc import Mapping
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
        options = _options(tuple((str(key), str(label)) for key, label in self.choices))
        start = f'<option value="{escape("" if value is None else value)}"'
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt(self.build_attrs(self.attrs, dict(attrs or {}))),
            SafeString(options.replace(f"{start}>", f"{start} selected>", 1)),
        )


@lru_cache(maxsize=200)
def _options(choices: tuple[tuple[str, str], ...]) -> SafeString:
    """The same hundred départements on each page."""
    return format_html_join("", '<option value="{}">{}</option>', choices)
