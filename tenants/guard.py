"""An object loaded in one tenant is never saved or deleted in another: the row of the same id there is somebody else's."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_save, pre_delete, pre_save

from tenants.context import current_schema


class WrongTenant(Exception):
    """The object belongs to another schema than the one in force."""


_from_db = Model.from_db.__func__  # type: ignore[attr-defined]


def _stamped_from_db(cls: type[Model], db: str | None, field_names: Collection[str], values: Collection[Any]) -> Model:
    instance: Model = _from_db(cls, db, field_names, values)
    instance._state.schema = current_schema()  # type: ignore[attr-defined]  # noqa: SLF001 -- where Django keeps an instance's database
    return instance


def _check(sender: type[Model], instance: Model, using: str, **kwargs: Any) -> None:
    schema = getattr(instance._state, "schema", None)  # noqa: SLF001 -- where Django keeps an instance's database
    if schema is not None and schema != current_schema():
        raise WrongTenant(f"{sender.__name__} was loaded in another tenant")


def _stamp(sender: type[Model], instance: Model, using: str, **kwargs: Any) -> None:
    instance._state.schema = current_schema()  # type: ignore[attr-defined]  # noqa: SLF001 -- where Django keeps an instance's database


def install_guard() -> None:
    Model.from_db = classmethod(_stamped_from_db)  # type: ignore[method-assign, assignment]
    pre_save.connect(_check, dispatch_uid="tenants.guard.save")
    pre_delete.connect(_check, dispatch_uid="tenants.guard.delete")
    post_save.connect(_stamp, dispatch_uid="tenants.guard.stamp")


__all__: Sequence[str] = ["WrongTenant", "install_guard"]
