from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import TranslationCatalog

from shared.metrics import watch_tasks
from shared.reports import start_reports


class SharedConfig(AppConfig):
    name = "shared"
    label = "shared"
    verbose_name = _("Shared")

    def ready(self) -> None:
        start_reports()
        watch_tasks()


def _update_catalog(catalog: Any, found: Any) -> None:
    """As Django means it: its own compares a function with a code, never merges, and looks for each word in sixty dictionaries."""
    if found.plural.__code__ == catalog._plurals[0].__code__:  # noqa: SLF001 -- it is its method
        catalog._catalogs[0].update(found._catalog)  # noqa: SLF001 -- it is its method
    else:
        catalog._catalogs.insert(0, found._catalog.copy())  # noqa: SLF001 -- it is its method
        catalog._plurals.insert(0, found.plural)  # noqa: SLF001 -- it is its method


# Before the first model asks for a word.
TranslationCatalog.update = _update_catalog  # type: ignore[method-assign, assignment]
