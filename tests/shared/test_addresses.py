"""A long e-mail address goes on in the next line between its parts; whatever else stands there stays text."""

import pytest
from django.template import Context, Template
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from shared.templatetags.addresses import breakable


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("ada.durand@mairie.example.org", "ada<wbr>.durand@<wbr>mairie<wbr>.example<wbr>.org"),
        ("06 12 34 56 78", "06 12 34 56 78"),
        ("M. Durand, 3 r. du Port", "M. Durand, 3 r. du Port"),
        ("Écrire à ada@example.org. Merci.", "Écrire à ada@<wbr>example<wbr>.org<wbr>. Merci."),
        ("@ada, ou ada@", "@ada, ou ada@"),
        ("", ""),
    ],
)
def test_an_address_may_break_between_its_parts_and_nothing_else(text: str, html: str) -> None:
    assert breakable(text) == html
    assert strip_tags(html) == text


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>@evil.example",
        '"><img src=x onerror=alert(1)>@a.b',
        "o'brien&co@example.org",
        "a@<b>.org",
        "a@b&lt;i&gt;.org",
        SafeString("<b>a@b.org</b>"),
    ],
)
def test_what_is_written_in_an_address_is_never_markup(text: str) -> None:
    page = Template("{% load addresses %}{{ text|breakable }}").render(Context({"text": text}))

    assert page.replace("<wbr>", "") == Template("{{ text|force_escape }}").render(Context({"text": text}))
