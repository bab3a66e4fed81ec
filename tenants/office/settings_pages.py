"""What other apps add to the settings, pages or words beside a section: each registers its own in AppConfig.ready()."""

from collections.abc import Callable

from django.urls import reverse
from django.utils.functional import Promise
from wagtail.admin.ui.components import Component

_pages: dict[str, str | Promise] = {}
_asides: dict[str, list[Callable[[], Component]]] = {}


def register_settings_page(url_name: str, label: str | Promise) -> None:
    _pages[url_name] = label


def registered_pages() -> list[tuple[str, str | Promise]]:
    return [(reverse(name), label) for name, label in _pages.items()]


def register_settings_aside(section: str, aside: Callable[[], Component]) -> None:
    beside = _asides.setdefault(section, [])
    if aside not in beside:
        beside.append(aside)


def asides_beside(section: str) -> list[Component]:
    return [aside() for aside in _asides.get(section, [])]
