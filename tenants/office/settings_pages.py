"""Pages that other apps add to the settings: each registers its own in AppConfig.ready()."""

from django.urls import reverse
from django.utils.functional import Promise

_pages: dict[str, str | Promise] = {}


def register_settings_page(url_name: str, label: str | Promise) -> None:
    _pages[url_name] = label


def registered_pages() -> list[tuple[str, str | Promise]]:
    return [(reverse(name), label) for name, label in _pages.items()]
