"""Wagtail's own tags, in whose place the settings name these: what is the same from page to page is made once.

A page of the office shows thirty icons, one menu and one list of words for scripts. Made anew each time, they were half of it.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar, cast

from django import template
from django.core.cache import caches
from django.middleware.csrf import get_token
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from wagtail.admin.templatetags import wagtailadmin_tags as wagtails
from wagtail.admin.utils import get_keyboard_key_labels_from_request

register = template.Library()
register.tags.update(wagtails.register.tags)
register.filters.update(wagtails.register.filters)

KEPT = 60  # seconds
Made = TypeVar("Made")


@register.simple_tag
def icon(name: str = "", classname: str = "", title: str = "", wrapped: bool = False) -> SafeString:
    """A title may be somebody's name: such an icon is rendered each time, and kept nowhere."""
    draw = _icon.__wrapped__ if title else _icon
    return draw(name, classname, title, wrapped)


# Fifteen on each page; a name's address is the same as long as the process lives.
register.simple_tag(lru_cache(maxsize=1000)(wagtails.versioned_static), name="versioned_static")


@register.simple_tag(takes_context=True)
def sidebar_props(context: Context) -> SafeString:
    """Her menu. Who she is and what she may do is compared on each page, so that a change shows on the next one."""
    user = context["request"].user
    rights = (user.role, user.is_superuser, user.get_all_permissions())
    about = (*rights, user.first_name, user.get_username(), _profile(user, "avatar"))
    menu: SafeString = _kept(f"sidebar:{get_language()}:{user.pk}", about, lambda: wagtails.sidebar_props(context))
    return menu


@register.simple_tag(takes_context=True)
def wagtail_config(context: Context) -> dict[str, Any]:
    """What Wagtail's scripts are told; the token of a form is each browser's own, and never kept."""
    request, locale = context["request"], context.get("locale")
    about = (_profile(request.user, "keyboard_shortcuts"), locale and locale.language_code)
    config = _kept(f"config:{get_language()}", about, lambda: {**wagtails.wagtail_config(context), "CSRF_TOKEN": ""})
    return {**config, "CSRF_TOKEN": get_token(request)}


@register.simple_tag(takes_context=True)
def keyboard_shortcuts_dialog(context: Context) -> SafeString:
    """A Mac's keys have other names."""
    request, template = context["request"], "wagtailadmin/shared/keyboard_shortcuts_dialog.html"
    about = (_profile(request.user, "keyboard_shortcuts"), get_keyboard_key_labels_from_request(request).ALT)
    return _kept(
        f"shortcuts:{get_language()}",
        about,
        lambda: render_to_string(template, wagtails.keyboard_shortcuts_dialog(context)),
    )


@lru_cache(maxsize=1000)
def _icon(name: str, classname: str, title: str, wrapped: bool) -> SafeString:
    drawn = wagtails.icon(name, classname, title, wrapped)
    return render_to_string("wagtailadmin/shared/icon.html", drawn)


def _profile(user: Any, field: str) -> str:
    return str(getattr(getattr(user, "wagtail_userprofile", None), field, ""))


def _kept(key: str, about: Any, make: Callable[[], Made]) -> Made:
    """What was made before of the same things, in this process and this campaign (`tenants.cache` keys by schema)."""
    cache = caches["frame"]
    kept = cache.get(key)
    if kept is None or kept[0] != about:
        kept = (about, make())
        cache.set(key, kept, KEPT)
    return cast(Made, kept[1])
