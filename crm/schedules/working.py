"""In a worker: the file is fetched, compared with the one that was imported by hand, and imported like that one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import boto3
from botocore.config import Config
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from crm.imports.communes import remembered_communes
from crm.imports.enums import ImportState
from crm.imports.files import delete_file, store_file, write_checked
from crm.imports.models import Import
from crm.imports.services import launch_import
from crm.imports.sniffing import UnreadableFileError
from crm.imports.uploading import FileFacts, look_at
from crm.schedules.enums import Outcome, Place
from crm.schedules.fetching import TOTAL, Unfetched, fetched
from crm.schedules.hosts import HostRefused, check_address
from crm.schedules.models import Fetch, ScheduledImport
from crm.schedules.sealing import SecretLost, unsealed
from crm.schedules.services import IMPORT_TIME, LOOK, end_fetch, is_pattern
from shared.scratch import scratch
from tenants.alarms import cancel_alarm, set_alarm

# What the earlier import decided. The postcodes that were answered since are taken as they stand.
CHOICES = (
    "mapping", "rules", "source_type", "proof", "consent_channels", "consent_wording", "consent_wordings", "consent_on", "date_order", "phone_region",
    "tags", "existing",
)  # fmt: skip
SHOWN_COLUMNS = 5


def work_on(*, fetch_id: int, clock: Callable[[], datetime]) -> None:
    """Begun once, by whichever worker comes first. A file that is the same as the last one is left alone."""
    fetch = _begin(fetch_id, clock())
    if fetch is None:
        return
    with scratch("fetch") as folder:
        path = folder / "file"
        try:
            with _source(fetch.scheduled) as blocks:
                fetch.checksum = write_checked(blocks, path)
            fetch.size = path.stat().st_size
            if _is_known(fetch):
                fetch.save(update_fields=["size", "checksum"])
                end_fetch(fetch_id=fetch_id, is_same=True, now=clock())
                return
            facts = _checked(fetch.scheduled.pattern, path)
        except Unfetched as error:
            end_fetch(fetch_id=fetch_id, failure=error.reason, detail=error.detail, now=clock())
            return
        file = store_file(path, suffix=f".{facts.format.kind}")
    try:
        _launch(fetch, facts, file, clock())
    except BaseException:
        delete_file(file)
        raise


@transaction.atomic
def _begin(fetch_id: int, now: datetime) -> Fetch | None:
    fetch = (
        Fetch.objects.select_for_update(of=("self",)).select_related("scheduled__pattern").filter(pk=fetch_id).first()
    )
    if fetch is None or fetch.began_at or fetch.outcome != Outcome.FETCHING:
        return None
    fetch.began_at = now
    fetch.save(update_fields=["began_at"])
    return fetch


@contextmanager
def _source(scheduled: ScheduledImport) -> Iterator[Iterator[bytes]]:
    try:
        secret = unsealed(scheduled.sealed_secret)
    except SecretLost as error:
        raise Unfetched("secret") from error
    if scheduled.place == Place.BUCKET:
        url, headers = _signed(scheduled, secret), {}
    else:
        url, headers = scheduled.address, {scheduled.header: secret} if scheduled.header and secret else {}
    with fetched(url, headers) as blocks:
        yield blocks


def _signed(scheduled: ScheduledImport, secret: str) -> str:
    """A link to the object, made here: it is then fetched like any other, with the same limits."""
    try:
        check_address(scheduled.address)
    except HostRefused as error:
        raise Unfetched(error.reason) from error
    client = boto3.client(
        "s3",
        endpoint_url=scheduled.address,
        region_name=scheduled.region or "us-east-1",
        aws_access_key_id=scheduled.key_id,
        aws_secret_access_key=secret,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    wanted = {"Bucket": scheduled.bucket, "Key": scheduled.object_key}
    link: str = client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=int(TOTAL))
    return link


def _is_known(fetch: Fetch) -> bool:
    """Imported last time, and not taken back since: imported again it could only undo what the team has written meanwhile."""
    if fetch.checksum != fetch.scheduled.checksum:
        return False
    last = fetch.scheduled.fetches.filter(outcome=Outcome.IMPORTED).select_related("import_run").first()
    return last is not None and last.import_run is not None and last.import_run.state == ImportState.DONE


def _checked(pattern: Import, path: Path) -> FileFacts:
    """Raises Unfetched: nothing is imported from a file whose columns are not those of the first one, in their order."""
    if not is_pattern(pattern):
        raise Unfetched("pattern")
    before = pattern.file_format
    try:
        facts = look_at(path, sheet=before.sheet, has_header=before.has_header, **before.corrections())
    except UnreadableFileError as error:
        raise Unfetched(error.reason) from error
    if facts.format.kind == before.kind == "vcf":  # a card has no header
        return facts
    if facts.format.columns != before.columns:
        raise Unfetched("columns", _differences(before.columns, facts.format.columns))
    return facts


def _differences(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    """`− phone, + mobile`; where columns changed places only, what stands first now.

    A file that lost its header shows a person there: what is new is told only beside most of what was known.
    """
    gone = [f"− {name}" for name in before if name not in after]
    is_header = len(gone) * 2 < len(before)
    come = [f"+ {name}" for name in after if name not in before] if is_header else []
    told = [*gone[:SHOWN_COLUMNS], *come[:SHOWN_COLUMNS]] or list(after[:SHOWN_COLUMNS])
    return ", ".join(name[:60] for name in told)


@transaction.atomic
def _launch(fetch: Fetch, facts: FileFacts, file: str, now: datetime) -> None:
    scheduled, pattern = fetch.scheduled, fetch.scheduled.pattern
    run = Import.objects.create(
        name=f"{scheduled.name}, {date_format(timezone.localtime(now), 'j F, H:i')}"[:120],
        file_name=scheduled.address.rpartition("/")[2][:200] or scheduled.object_key[-200:],
        file=file,
        size=fetch.size,
        checksum=fetch.checksum,
        format=facts.format.as_json(),
        total=facts.total,
        communes=remembered_communes(),
        created_by_id=scheduled.created_by_id,
        created_at=now,
        **{name: getattr(pattern, name) for name in CHOICES},
    )
    launch_import(import_id=run.pk, over_limit=0, now=now)
    fetch.import_run, fetch.outcome = run, Outcome.IMPORTING
    fetch.save(update_fields=["size", "checksum", "import_run", "outcome"])
    cancel_alarm(LOOK, key=str(fetch.pk))
    set_alarm(LOOK, due_at=now + IMPORT_TIME, key=str(fetch.pk))
