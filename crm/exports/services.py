"""Taking data out: asked with a reason, written by a worker, fetched by a link that expires, deleted after a week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction

from crm.access.enums import Access
from crm.access.services import log_access
from crm.exports.enums import Format
from crm.exports.models import ColumnChoice
from crm.runs.models import Run
from crm.runs.services import start_run
from tenants.users.models import User

EXPORT = "exports.export"
DELETE = "exports.delete"
KEPT = timedelta(days=7)


class ExportGone(Exception):
    """Its file was deleted, or is not written yet."""


class ChoiceNameTaken(Exception):
    """Another choice of columns has this name."""


@dataclass(frozen=True, slots=True)
class Wish:
    """`whom` is what the run needs to find the people; `told` is what the log keeps of it, without anybody's
    name, to be put into the words of whoever reads it (`wording`)."""

    whom: dict[str, Any]
    told: Mapping[str, Any]
    columns: Sequence[str]
    format: Format
    reason: str
    language: str = "fr"
    name: str = ""  # of the file, beside its day and hour


@transaction.atomic
def ask_export(*, wish: Wish, by: User, key: str = "", now: datetime) -> Run:
    """The same wish with the same key twice is one export."""
    parameters = {
        "whom": wish.whom,
        "told": dict(wish.told),
        "columns": list(wish.columns),
        "format": wish.format.value,
        "reason": wish.reason,
        "language": wish.language,
        "name": wish.name,
        "key": key,
    }
    if key and (asked := _asked_before(parameters, by)):
        return asked
    run = start_run(kind=EXPORT, parameters=parameters, by=by.pk, now=now)
    log_export(run=run, kind=Access.ASKED, by=by, now=now)
    return run


def _asked_before(parameters: Mapping[str, Any], by: User) -> Run | None:
    """Whoever comes at the same moment waits until the other one is done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(current_schema() || ':export:' || %s))", [parameters["key"]]
        )
    return Run.objects.of_kind(EXPORT).filter(asked_by_id=by.pk, parameters=parameters).first()


@transaction.atomic
def fetch_export(*, run: Run, by: User, now: datetime) -> str:
    """The file's name in the private storage, once for each download, which is logged. Raises ExportGone."""
    name = run.result.get("file", "")
    if not name or run.result.get("deleted"):
        raise ExportGone
    log_export(run=run, kind=Access.FETCHED, by=by, now=now)
    return str(name)


@transaction.atomic
def delete_export(*, run: Run, by: User | None, now: datetime) -> None:
    """After a week, or when somebody asks. Safe to repeat: it is noted when the file is gone, and not before."""
    run = Run.objects.select_for_update().get(pk=run.pk)
    name = run.result.get("file") or (None if run.is_at_work else run.result.get("draft"))
    if not name or run.result.get("deleted"):
        return
    default_storage.delete(str(name))
    run.result = {**run.result, "deleted": True}
    run.save(update_fields=["result"])
    if "file" in run.result:  # a draft was never anybody's to take
        log_export(run=run, kind=Access.DELETED, by=by, now=now)


def log_export(*, run: Run, kind: Access, by: User | None, now: datetime) -> None:
    told = run.parameters
    log_access(
        kind=kind,
        by=by.pk if by else None,
        now=now,
        count=run.result.get("count"),
        about=log_name(run),
        details={
            "format": told["format"],
            "columns": told["columns"],
            "selection": told["told"],
            "reason": told["reason"],
        },
    )


def log_name(run: Run) -> str:
    """How the access log calls this export."""
    return f"export:{run.pk}"


def keep_choice(*, name: str, columns: Sequence[str], format: Format) -> ColumnChoice:  # noqa: A002 -- the word of the domain
    """The same choice twice is one. Raises ChoiceNameTaken."""
    told = {"name": " ".join(name.split())[:80], "columns": list(columns), "format": format}
    try:
        with transaction.atomic():
            return ColumnChoice.objects.create(**told)
    except IntegrityError as error:
        if found := ColumnChoice.objects.filter(**told).first():
            return found
        raise ChoiceNameTaken from error
