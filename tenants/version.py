"""The version of a tenant's schema: a digest of every migration of the apps that live in it, and of what is seeded."""

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

SEED_VERSION = 3  # raise it when what register_seed writes changes


def tenant_labels() -> list[str]:
    return [config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS]


@lru_cache(maxsize=1)
def schema_version() -> str:
    digest = hashlib.sha256(str(SEED_VERSION).encode())
    for config in sorted(apps.get_app_configs(), key=lambda one: one.label):
        if config.name in settings.TENANT_APPS:
            for file in _migrations_of(config.label):
                digest.update(f"{config.label}/{file.name}".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _migrations_of(label: str) -> list[Path]:
    name, _is_explicit = MigrationLoader.migrations_module(label)
    spec = find_spec(name) if name else None
    return sorted(
        file for folder in (spec and spec.submodule_search_locations) or () for file in Path(folder).glob("*.py")
    )
