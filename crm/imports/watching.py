"""What time does to imports: a worker that died is replaced, files and undo data are deleted when their time is over."""

from datetime import datetime
from functools import partial

from django.db import transaction

from crm.imports.enums import ImportState, IssueLevel
from crm.imports.files import delete_file
from crm.imports.models import Import, ImportBatch, ImportedOrganisation, ImportIssue, UpdatedPerson
from crm.imports.running import PURGE, SILENCE, WATCH
from crm.imports.tasks import run_import_task, undo_import_task
from tenants.alarms import set_alarm


@transaction.atomic
def watch_import(*, import_id: int, now: datetime) -> None:
    """Called when the alarm rings, again and again while the import is at work."""
    run = Import.objects.select_for_update().filter(pk=import_id).first()
    if run is None or not run.at_work:
        return
    if run.beat_at is None or now - run.beat_at >= SILENCE:
        task = undo_import_task if run.state == ImportState.UNDOING else run_import_task
        transaction.on_commit(partial(task.delay, import_id=import_id))
    set_alarm(WATCH, due_at=now + SILENCE, key=str(import_id))


@transaction.atomic
def purge_import(*, import_id: int, now: datetime) -> None:
    """Delete the file, the values of rows and what undoing needs. The report keeps its counts, segments who was in it; a draft goes as a whole."""
    run = Import.objects.select_for_update().filter(pk=import_id).first()
    if run is None or run.purged_at:
        return
    if run.at_work:
        set_alarm(PURGE, due_at=now + SILENCE, key=str(import_id))
        return
    for name in (run.file, run.plan):
        transaction.on_commit(partial(delete_file, name))
    if run.state == ImportState.DRAFT:
        run.delete()
        return
    UpdatedPerson.objects.filter(import_run=run).delete()
    ImportedOrganisation.objects.filter(import_run=run).delete()
    ImportBatch.objects.filter(import_run=run).update(fingerprints=None, ties=None)
    ImportIssue.objects.filter(import_run=run).exclude(level=IssueLevel.REJECTED).delete()
    ImportIssue.objects.filter(import_run=run).update(value="", cells=None)
    run.file, run.plan, run.places, run.purged_at = "", "", {}, now
    run.save(update_fields=["file", "plan", "places", "purged_at"])
