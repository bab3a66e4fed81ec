"""Content types cached by schema: Django's one dictionary for the process hands one tenant another one's ids."""

from typing import Any

from django.contrib.contenttypes.models import ContentType, ContentTypeManager

from tenants.context import current_schema


class SchemaCache:
    """Stands in for `ContentTypeManager._cache` ({database: {key: content type}}), the inner one chosen by the schema."""

    def __init__(self) -> None:
        self._by_schema: dict[tuple[str, str], dict[Any, ContentType]] = {}

    def _inner(self, using: str) -> dict[Any, ContentType]:
        return self._by_schema.setdefault((using, current_schema()), {})

    def __getitem__(self, using: str) -> dict[Any, ContentType]:
        return self._inner(using)

    def setdefault(self, using: str, default: Any) -> dict[Any, ContentType]:
        return self._inner(using)

    def get(self, using: str, default: Any = None) -> dict[Any, ContentType]:
        return self._inner(using)

    def clear(self) -> None:
        """Forget the current schema's only: another thread may be using another one's."""
        for key in list(self._by_schema):
            if key[1] == current_schema():
                self._by_schema.pop(key, None)


def install_schema_cache() -> None:
    """Also in the manager that Django copies `ContentType.objects` from: it copies again whenever a model is made later."""
    cache = SchemaCache()
    options = ContentType._meta  # noqa: SLF001 -- Django names no public way
    for manager in (*options.local_managers, *options.managers, ContentType._base_manager):  # noqa: SLF001 -- Django names no public way
        if isinstance(manager, ContentTypeManager):
            manager._cache = cache  # type: ignore[attr-defined]  # noqa: SLF001 -- Django names no public way
