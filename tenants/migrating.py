"""Migrations of one schema: only the apps that live in it, as the owner."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import inject_rename_contenttypes_operations
from django.contrib.postgres.operations import CreateExtension
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from tenants.backend.base import PUBLIC
from tenants.context import connection
from tenants.version import tenant_labels


class ExtensionInTenant(Exception):
    """A tenant's migration would put an extension into one tenant's schema: it belongs into prepare.sql."""


@dataclass
class Plan:
    """What a schema with these migrations still lacks; the state before them is built once and used for every such schema."""

    executor: MigrationExecutor
    targets: list[tuple[str, str]]
    steps: list[tuple[Migration, bool]]
    _state: ProjectState | None = field(default=None, init=False)

    def run(self) -> None:
        if self._state is None:
            self._state = self.executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]  # noqa: SLF001 -- Django names no public way
            self._state.apps  # noqa: B018 -- rendered once, copied with each clone
        self.executor.migrate(self.targets, plan=self.steps, state=self._state.clone())


def shared_labels() -> list[str]:
    return [config.label for config in apps.get_app_configs() if config.name in settings.SHARED_APPS]


def plan_for(schema_name: str, labels: Iterable[str]) -> Plan:
    """The plan of a schema that exists; the connection is in it from then on."""
    connection.set_schema(schema_name)
    executor = MigrationExecutor(connection)
    wanted = set(labels)
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] in wanted]
    steps = executor.migration_plan(targets)
    if schema_name != PUBLIC:
        refuse_extensions(migration for migration, _backwards in steps)
    if ("contenttypes", "0001_initial") in executor.loader.applied_migrations:
        # A renamed model keeps its content type: Django does so by a signal that would reach every app.
        inject_rename_contenttypes_operations(plan=steps, using="default")
    return Plan(executor, targets, steps)


def refuse_extensions(migrations: Iterable[Migration]) -> None:
    for migration in migrations:
        for operation in migration.operations:
            words = str(getattr(operation, "sql", "")).lower()
            if isinstance(operation, CreateExtension) or "create extension" in words:
                raise ExtensionInTenant(f"{migration.app_label}.{migration.name}")


def migrate_schema(schema_name: str, labels: Iterable[str]) -> int:
    """Bring the apps with these labels up to date in a schema that exists; returns how many migrations ran."""
    labels = sorted(labels)
    plan = plan_for(schema_name, labels)
    if plan.steps:
        plan.run()
        # Django's own signal would make those of every app, whatever the schema. Where no user is, nobody has any.
        for label in labels if "auth" in labels else []:
            create_permissions(apps.get_app_config(label), verbosity=0, interactive=False, using="default")
    return len(plan.steps)


def migrate_public() -> int:
    return migrate_schema(PUBLIC, shared_labels())


def migrate_tenant_schema(schema_name: str) -> int:
    return migrate_schema(schema_name, tenant_labels())


class Migrator:
    """Migrates one schema after another in this thread, each from where it stands. For what cannot be replayed."""

    def __init__(self) -> None:
        self._plans: dict[frozenset[Any], Plan] = {}

    def migrate(self, schema_name: str) -> None:
        connection.set_schema(schema_name)
        applied = frozenset(MigrationRecorder(connection).applied_migrations())
        if applied not in self._plans:
            self._plans[applied] = plan_for(schema_name, tenant_labels())
        if self._plans[applied].steps:
            self._plans[applied].run()
