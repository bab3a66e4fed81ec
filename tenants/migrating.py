"""Migrations of one schema: only the apps that live in it, as the owner."""

from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db.migrations.executor import MigrationExecutor

from tenants.backend.base import PUBLIC
from tenants.context import connection
from tenants.version import tenant_labels


def shared_labels() -> list[str]:
    return [config.label for config in apps.get_app_configs() if config.name in settings.SHARED_APPS]


def migrate_schema(schema_name: str, labels: Iterable[str]) -> int:
    """Bring the apps with these labels up to date in a schema that exists; returns how many migrations ran."""
    connection.set_schema(schema_name)
    executor = MigrationExecutor(connection)
    labels = sorted(labels)
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]
    plan = executor.migration_plan(targets)
    if plan:
        executor.migrate(targets, plan=plan)
        for label in labels:  # Django's own signal would make those of every app, whatever the schema
            create_permissions(apps.get_app_config(label), verbosity=0, interactive=False, using="default")
    return len(plan)


def migrate_public() -> int:
    return migrate_schema(PUBLIC, shared_labels())


def migrate_tenant_schema(schema_name: str) -> int:
    return migrate_schema(schema_name, tenant_labels())
