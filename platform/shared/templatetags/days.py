"""What `date` writes, for pages that name dozens of moments: it reads a format anew for each of them."""

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils.formats import date_format
from django.utils.translation import get_language

register = template.Library()


@register.filter(expects_localtime=True)
def day(moment: date | None, form: str) -> str:
    """In a format without hours: a day is written once."""
    if not moment:
        return ""
    return _written(moment.date() if isinstance(moment, datetime) else moment, form, get_language())


@register.filter(expects_localtime=True)
def hour(moment: datetime) -> str:
    return f"{moment:%H:%M}"


@lru_cache(maxsize=4000)
def _written(moment: date, form: str, language: str | None) -> str:
    return date_format(moment, form)
