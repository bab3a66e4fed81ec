from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from crm.people.profile import ChannelState

register = template.Library()


@register.simple_tag
def channel_square(channel: ChannelState) -> SafeString:
    """Two hundred on one page of the list, and a few dozen different ones in all: each is rendered once."""
    return _square(channel, get_language())


@lru_cache(maxsize=500)
def _square(channel: ChannelState, language: str | None) -> SafeString:
    return render_to_string("people/channel_square.html", {"channel": channel})
