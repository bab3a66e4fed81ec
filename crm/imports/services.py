"""What a member of the team does with an import, from its columns to its undoing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction

from crm.imports.agreements import agreed_channels
from crm.imports.communes import NotADraft as NotADraft
from crm.imports.communes import find_doubts, remembered_communes
from crm.imports.customs import make_fields, own_targets, room_for_fields
from crm.imports.enums import ImportState
from crm.imports.files import delete_file, local_copy
from crm.imports.mapping import ColumnGuess, guess_mapping
from crm.imports.models import Import
from crm.imports.running import PURGE, SILENCE, WATCH
from crm.imports.sampling import Sample, sample_of
from crm.imports.sources import RULES
from crm.imports.tasks import run_import_task, undo_import_task
from crm.imports.uploading import look_at
from tenants.alarms import cancel_alarm, set_alarm

DRAFT_KEPT = timedelta(days=7)


class SourceRefused(Exception):
    """The law does not let a campaign use a file that comes from there."""


class OriginMissing(Exception):
    """Where the file comes from has not been told."""


class WordingMissing(Exception):
    """The file declares agreements, and nobody said what people agreed to."""


class OverLimit(Exception):
    """The import would bring more people than the plan allows."""

    def __init__(self, missing: int) -> None:
        super().__init__(missing)
        self.missing = missing


class CannotUndo(Exception):
    """There is nothing left to take back, or its 30 days are over."""


@dataclass(frozen=True, slots=True)
class Origin:
    source_type: str
    proof: str
    consent_channels: Sequence[str]
    consent_wording: str
    consent_on: date | None
    existing: str
    tags: Sequence[str]
    consent_wordings: Mapping[str, str] = field(default_factory=dict)  # of channels that have another one


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read the file, corrected by hand."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    has_header: bool | None = None
    date_order: str = ""
    phone_region: str = "FR"


def _draft(import_id: int) -> Import:
    run = Import.objects.select_for_update().filter(pk=import_id).first()
    if run is None or run.state != ImportState.DRAFT:
        raise NotADraft
    return run


@transaction.atomic
def keep_draft(*, import_id: int, now: datetime) -> None:
    """A draft that nobody launches goes after a week, with its file."""
    set_alarm(PURGE, due_at=now + DRAFT_KEPT, key=str(_draft(import_id).pk))


def column_guesses(run: Import) -> tuple[list[ColumnGuess], int]:
    """What the columns hold and what they seem to be, for the screen, and how many rows tell it; the stored mapping is what counts."""
    with local_copy(run.file) as path:
        sample = sample_of(path, run.file_format) or Sample([], 0)
    guesses = guess_mapping(run.file_format.columns, sample.rows, own_targets(), room_for_fields())
    return guesses, sample.looked_at


@transaction.atomic
def change_reading(*, import_id: int, reading: Reading) -> Import:
    """Read the file again another way; columns are guessed anew when they are no longer the same. Raises UnreadableFileError."""
    run = _draft(import_id)
    before = run.file_format
    with local_copy(run.file) as path:
        facts = look_at(
            path,
            encoding=reading.encoding,
            delimiter=reading.delimiter,
            sheet=reading.sheet,
            has_header=reading.has_header,
        )
    if facts.format.columns != before.columns:
        run.mapping, run.rules = facts.mapping, {}
    said = {name: getattr(reading, name) for name in ("encoding", "delimiter")}
    now_corrected = [name for name, value in said.items() if value and value != getattr(before, name)]
    corrected = tuple(dict.fromkeys((*before.corrected, *now_corrected)))
    run.format, run.total = replace(facts.format, corrected=corrected).as_json(), facts.total
    run.date_order, run.phone_region = reading.date_order, reading.phone_region
    run.trial = {}
    run.save()
    return run


@transaction.atomic
def choose_columns(
    *, import_id: int, name: str, mapping: Mapping[str, str], rules: Mapping[str, str] | None = None, now: datetime
) -> Import:
    """Fields that columns ask for are made first, then the postcodes are looked at. Raises FieldNameTaken, TooMany (crm.fields.services)."""
    run = _draft(import_id)
    run.name = name or run.name
    chosen = {number: target for number, target in mapping.items() if target}
    run.mapping = make_fields(run.file_format.columns, chosen)
    run.rules = {number: rule for number, rule in (rules or {}).items() if rule and number in chosen}
    with local_copy(run.file) as path:
        run.places = find_doubts(run, path, now=now)
    run.communes, run.trial = remembered_communes(), {}
    run.save(update_fields=["name", "mapping", "rules", "places", "communes", "trial"])
    return run


@transaction.atomic
def declare_origin(*, import_id: int, origin: Origin) -> Import:
    """Raises SourceRefused, WordingMissing."""
    run = _draft(import_id)
    rule = RULES[origin.source_type]
    if rule.is_refused:
        raise SourceRefused(origin.source_type)
    run.source_type, run.proof = origin.source_type, origin.proof.strip()
    run.consent_channels = [channel for channel in origin.consent_channels if channel in rule.channels]
    run.consent_wording, run.consent_on = origin.consent_wording.strip(), origin.consent_on
    run.consent_wordings = _other_wordings(run, origin, rule.channels)
    run.existing, run.tags, run.trial = origin.existing, list(origin.tags), {}
    if declares_agreements(run) and not run.consent_wording:
        raise WordingMissing
    run.save()
    return run


def _other_wordings(run: Import, origin: Origin, allowed: Sequence[str]) -> dict[str, str]:
    """Those that say something else, of channels that the file has agreements for."""
    told = ((channel, origin.consent_wordings.get(channel, "").strip()) for channel in agreed_channels(run))
    return {channel: text for channel, text in told if text not in ("", run.consent_wording) and channel in allowed}


def declares_agreements(run: Import) -> bool:
    return bool(agreed_channels(run))


@transaction.atomic
def launch_import(*, import_id: int, over_limit: int, now: datetime) -> Import:
    """Queue it. Launched already (a double click), nothing happens. Raises OriginMissing, WordingMissing, OverLimit."""
    run = Import.objects.select_for_update().get(pk=import_id)
    if run.state != ImportState.DRAFT:
        return run
    if not run.source_type:
        raise OriginMissing
    if declares_agreements(run) and not run.consent_wording:
        raise WordingMissing
    if over_limit > 0:
        raise OverLimit(over_limit)
    _queue(run, now)
    cancel_alarm(PURGE, key=str(run.pk))
    return run


def note_limit(*, import_id: int, is_over: bool) -> None:
    """Whether a draft waits for a larger plan: the dashboard and the list of imports lead back to it."""
    drafts = Import.objects.filter(pk=import_id, state=ImportState.DRAFT)
    drafts.update(failure="limit" if is_over else "")


@transaction.atomic
def resume_import(*, import_id: int, now: datetime) -> Import:
    """Go on with what was interrupted or stopped; one that cannot be resumed stays as it is."""
    run = Import.objects.select_for_update().get(pk=import_id)
    if run.can_resume:
        cancel_alarm(PURGE, key=str(run.pk))
        _queue(run, now)
    return run


def _queue(run: Import, now: datetime) -> None:
    run.state, run.failure, run.beat_at, run.cancel_asked_at, run.finished_at = ImportState.QUEUED, "", None, None, None
    run.trial = {}
    if run.position == 0:  # the columns may have been chosen anew since
        transaction.on_commit(partial(delete_file, run.plan))
        run.plan = ""
    run.save()
    set_alarm(WATCH, due_at=now + SILENCE, key=str(run.pk))
    transaction.on_commit(partial(run_import_task.delay, import_id=run.pk))


@transaction.atomic
def cancel_import(*, import_id: int, now: datetime) -> Import:
    """The worker stops after the rows under way; one that has finished meanwhile stays finished."""
    run = Import.objects.select_for_update().get(pk=import_id)
    if run.state == ImportState.QUEUED and run.position == 0:
        run.state, run.cancel_asked_at = ImportState.DRAFT, None
        run.save(update_fields=["state", "cancel_asked_at"])
        cancel_alarm(WATCH, key=str(run.pk))
        set_alarm(PURGE, due_at=now + DRAFT_KEPT, key=str(run.pk))
    elif run.state in (ImportState.QUEUED, ImportState.RUNNING):
        run.cancel_asked_at = now
        run.save(update_fields=["cancel_asked_at"])
    return run


@transaction.atomic
def ask_undo(*, import_id: int, now: datetime) -> Import:
    """Queue the undoing. Asked twice, it is done once. Raises CannotUndo."""
    run = Import.objects.select_for_update().get(pk=import_id)
    if run.state == ImportState.UNDOING:
        return run
    if not run.can_undo or run.undo_until is None or now > run.undo_until:
        raise CannotUndo
    run.state, run.beat_at, run.undo_counts = ImportState.UNDOING, None, {"total": run.position, "done": 0}
    run.save(update_fields=["state", "beat_at", "undo_counts"])
    set_alarm(WATCH, due_at=now + SILENCE, key=str(run.pk))
    transaction.on_commit(partial(undo_import_task.delay, import_id=run.pk))
    return run


@transaction.atomic
def settle_import(*, import_id: int, now: datetime) -> None:
    """The rows that were set aside have been looked after: nothing is left to decide."""
    Import.objects.filter(pk=import_id, settled_at=None).update(settled_at=now)


@transaction.atomic
def discard_draft(*, import_id: int) -> None:
    """Raises NotADraft."""
    run = _draft(import_id)
    cancel_alarm(PURGE, key=str(run.pk))
    transaction.on_commit(partial(delete_file, run.file))
    run.delete()
