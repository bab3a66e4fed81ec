"""What an import keeps of the rows that it has read, so that the next one of the same choices need not look at them again.

Nothing is to be done for a row that says what it said, about somebody whom nobody has touched since.
"""

# ruff: noqa: S608 -- statements are made of our own constants only

import hashlib
import json
from datetime import datetime
from io import BytesIO

import polars as pl
from django.db import connection

from crm.fields.queries import fields_by_key
from crm.imports.enums import ImportState, IssueLevel
from crm.imports.models import Import, ImportBatch
from crm.imports.sifting import SAME, Sieve
from crm.imports.tallying import Tally

SAME_AS_BEFORE = "same"  # what a plan says of such a row
READING = (
    6  # goes up when the same row comes to say something else: other cleaning, other communes, other columns that merge
)
UPDATED = "(extract(epoch FROM p.updated_at) * 1000000)::bigint"
# Texts to and fro: arrays of a million values would be taken apart one by one.
STAMPS = f"""
SELECT coalesce(string_agg(p.id || ',' || {UPDATED}, E'\\n'), '') FROM unnest(string_to_array(%s, ',')::bigint[]) AS told (id)
CROSS JOIN LATERAL (SELECT p.id, p.updated_at, p.erased_at FROM people_person p WHERE p.id = told.id OFFSET 0) p
WHERE p.erased_at IS NULL"""
STAMP = pl.Schema({"person_id": pl.Int64(), "stamp": pl.Int64()})


def choices_of(run: Import, date_order: str) -> str:
    """A hash of all that decides what becomes of a row, beside the row."""
    columns = run.file_format.columns
    fields = [
        [field.key, field.kind, sorted(field.choice_names.items()), bool(field.archived_at)]
        for field in fields_by_key().values()
    ]
    told = [
        READING,
        [[columns[number], run.mapping[str(number)], run.rules.get(str(number), "")] for number in mapped(run)],
        [run.existing, run.source_type, run.consent_channels, run.consent_wording, run.tags],
        sorted(run.consent_wordings.items()),
        [date_order, run.phone_region, sorted(fields), sorted(run.communes.items()), str(run.consent_on or "")],
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def mapped(run: Import) -> list[int]:
    return sorted(int(number) for number, target in run.mapping.items() if target)


def sieve_of(run: Import) -> Sieve:
    """What is known of the rows of this import: nothing, when none of the same choices ended well."""
    last = Import.objects.filter(choices=run.choices, state=ImportState.DONE).exclude(pk=run.pk).order_by("-pk").first()
    batches = ImportBatch.objects.filter(import_run=last).exclude(fingerprints=None).order_by("number")
    frames = [_untouched(batch) for batch in batches.only("fingerprints").iterator(chunk_size=1)]
    return Sieve(mapped(run), pl.concat(frames) if frames else None)


def decided_sieve(run: Import, fates: pl.DataFrame) -> Sieve:
    """What another worker left out before."""
    decided = fates.filter(pl.col("how") == SAME_AS_BEFORE)
    return Sieve(mapped(run), decided.select("line", "person_id", "stamp", "remarked"), by="line")


def _untouched(batch: ImportBatch) -> pl.DataFrame:
    told = pl.read_ipc(BytesIO(batch.fingerprints or b""))
    return told.join(stamps_of(told["person_id"]), on=["person_id", "stamp"], how="semi", maintain_order="left")


def stamps_of(people: pl.Series) -> pl.DataFrame:
    """When each of these people was changed last: microseconds since 1970."""
    if people.is_empty():
        return pl.DataFrame(schema=STAMP)
    with connection.cursor() as cursor:
        cursor.execute(STAMPS, [people.unique().cast(pl.String).str.join(",").item()])
        return pl.read_csv(cursor.fetchone()[0].encode(), has_header=False, schema=STAMP, raise_if_empty=False)


def restamped(stored: bytes, *, changed: pl.DataFrame, again: pl.Series, now: datetime) -> bytes:
    """A batch's fingerprints after people of it were changed once more by their own import.

    `changed`: who, and her stamp before; `again`: people of whom the next import asks again.
    """
    told = pl.read_ipc(BytesIO(stored)).filter(~pl.col("person_id").is_in(again.implode()))
    newer = changed.with_columns(newer=pl.lit(now).dt.epoch("us"))
    told = told.join(newer, on=["person_id", "stamp"], how="left", maintain_order="left")
    return _packed(told.with_columns(stamp=pl.coalesce("newer", "stamp")).drop("newer"))


def _packed(prints: pl.DataFrame) -> bytes:
    stream = BytesIO()
    prints.write_ipc(stream, compression="zstd")
    return stream.getvalue()


def _stamped(people: list[int], now: datetime) -> pl.DataFrame:
    return pl.DataFrame({"person_id": people}, schema_overrides=STAMP).with_columns(stamp=pl.lit(now).dt.epoch("us"))


def repeats_of(same: pl.DataFrame) -> pl.DataFrame:
    """`line` and `leader`, the first line about the same person, for each line that is not the first."""
    leader = pl.col("line").min().over("person_id")
    return (
        same.filter(pl.col("person_id").is_duplicated())
        .select("line", leader=leader)
        .filter(pl.col("leader") < pl.col("line"))
    )


def to_store(
    *, result: Tally, people: pl.DataFrame, same: pl.DataFrame, cleaning: pl.DataFrame, now: datetime
) -> bytes:
    """A batch's fingerprints: of the rows of `people`, and of the `same` that were known and not looked at.

    A remark that the `cleaning` (issues) made will be made again. Whoever the database had something to say of is left
    out, with all rows about her: the next import asks again. So is she whose address somebody else has in the file.
    """
    written = with_owners(result.written.lines).join(people.select("line", "print", "remarked"), on="line")
    warnings = result.issues.filter(pl.col("level") == IssueLevel.WARNING)
    told = warnings.join(cleaning, on=["line", "kind"], how="anti").select("line")
    told = pl.concat([told, people.select(line="beside").drop_nulls()])
    spoken_of = written.join(told, on="line", how="semi").select("person_id")
    stamps = pl.concat([stamps_of(pl.Series(result.written.known_ids)), _stamped(result.written.created_ids, now)])
    mine = written.join(spoken_of, on="person_id", how="anti").join(stamps, on="person_id")
    both = pl.concat([mine.select(SAME.names()), same.select(SAME.names())])
    return _packed(both.sort("line").drop("line"))


def with_owners(lines: pl.DataFrame) -> pl.DataFrame:
    """`line` and `person_id` of all that ended with somebody: later lines about her know the first one only."""
    owners = lines.select(leader="line", owner="person_id")
    owned = lines.join(owners, on="leader", how="left")
    return owned.select("line", person_id=pl.coalesce("person_id", "owner")).drop_nulls("person_id")


def forget_earlier(run: Import) -> None:
    """The last import of the same choices knows all that the earlier ones knew."""
    earlier = ImportBatch.objects.filter(import_run__choices=run.choices).exclude(fingerprints=None)
    earlier.exclude(import_run=run).update(fingerprints=None)
