"""Versions of the code that do not exist: a copy of an app's migrations, with one more."""

import importlib
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import crm.segments.migrations
from tenants.version import schema_version

ONE_MORE = """
import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "{last}")]
    operations = [
        {operations}
    ]
"""
COLUMN = 'migrations.AddField("segment", "color", models.CharField(max_length=20, default="blue", db_index=True)),'
FOLDER = """migrations.CreateModel(
            "Folder",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=40)),
                ("segments", models.ManyToManyField("segments.segment")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=["name"], name="segments_folder_name")]},
        ),
        migrations.AlterField("segment", "name", models.CharField(max_length=400)),"""
UPDATE = """migrations.RunSQL("UPDATE segments_segment SET color = '100 %' -- all of them"),"""
EVERYTHING = COLUMN + FOLDER + UPDATE
FILL = """migrations.RunPython(
            lambda apps, editor: apps.get_model("segments", "Segment").objects.update(color="red"),
            migrations.RunPython.noop,
        ),"""
NextVersion = Callable[..., str]


def write_migration(folder: Path, operations: str) -> str:
    """One more migration in this folder; returns its name."""
    last = max(file.stem for file in folder.glob("0*.py"))
    name = f"{int(last[:4]) + 1:04d}_more"
    (folder / f"{name}.py").write_text(ONE_MORE.format(last=last, operations=operations))
    return name


@pytest.fixture
def next_version(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NextVersion]:
    """Call it with operations: the code then has one more migration of `crm.segments`, and another version."""
    package = "more_segment_migrations"
    shutil.copytree(Path(_folder_of(crm.segments.migrations)), tmp_path / package)
    monkeypatch.syspath_prepend(tmp_path)

    def deploy(operations: str) -> str:
        write_migration(tmp_path / package, operations)
        settings.MIGRATION_MODULES = {"segments": package}
        _forget(package)
        return schema_version()

    yield deploy
    _forget(package)
    schema_version.cache_clear()


def _folder_of(package: ModuleType) -> str:
    return next(iter(package.__path__))


def _forget(package: str) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
    importlib.invalidate_caches()
    schema_version.cache_clear()
