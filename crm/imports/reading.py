"""The first reading of an import: clean rows on the disk, and what only the whole file tells."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl
from django.utils.timezone import localtime

from crm.fields.queries import fields_by_key
from crm.imports.ahead import made_ahead, read_ahead
from crm.imports.blocks import column
from crm.imports.chunks import Chunk, read_chunks
from crm.imports.custom_values import CustomReader
from crm.imports.customs import field_columns
from crm.imports.dates import guess_order
from crm.imports.enums import Target
from crm.imports.identities import Identities
from crm.imports.mapping import columns_of
from crm.imports.merging import CHANNELS
from crm.imports.models import Import
from crm.imports.normalizing import Normalized, Normalizer, Options
from crm.imports.sifting import Sieve
from crm.imports.sources import RULES
from crm.imports.spooling import Spool
from crm.imports.staging import Communes

ORDER_SAMPLE = 2_000
DATES = (Target.BIRTH_DATE, Target.JOINED_ON, Target.UNSUBSCRIBED_AT)  # the first that there is shows their order


@dataclass(slots=True)
class Reading:
    """What the first pass over the file brings to light."""

    identities: Identities = field(default_factory=Identities)
    tags: set[str] = field(default_factory=set)


def read_file(
    run: Import,
    path: Path,
    spooled: Spool,
    clock: Callable[[], datetime],
    beat: Callable[[int, datetime], None] = lambda _read, _now: None,
    sieve: Sieve | None = None,
) -> Reading:
    """In three steps side by side, each ahead of the next: parsed, cleaned (some chunks at once), put aside. `beat` hears how far it is.

    Rows that the sieve knows are not planned, and cleaned only where that has a remark to make.
    """
    normalizer = normalizer_for(run, path, clock())
    communes, reading = Communes(run.communes), Reading()

    def clean(chunk: Chunk) -> tuple[Chunk, Normalized, pl.DataFrame]:
        cleaned = normalizer.normalize(chunk.table)
        people = communes.told_of(cleaned.people)
        if sieve is not None:
            remarked = pl.col("line").is_in(cleaned.warnings["line"].implode())
            people = people.join(chunk.prints, on="line").with_columns(remarked=remarked)
        return chunk, cleaned, people

    with ExitStack() as stack:
        chunks = stack.enter_context(closing(read_ahead(read_chunks(path, run.file_format, sieve=sieve))))
        if normalizer.makes_choices:  # in the database: not from a thread beside
            cleaned: Iterator[tuple[Chunk, Normalized, pl.DataFrame]] = map(clean, chunks)
        else:
            cleaned = stack.enter_context(closing(made_ahead(clean, chunks)))
        for chunk, normalized, people in cleaned:
            spooled.add(chunk, people, normalized)
            reading.tags.update(people["tags"].explode().drop_nulls().unique())
            if not run.plan:
                reading.identities.add(people)
            beat(chunk.end, clock())
    return reading


def read_again(run: Import, path: Path) -> Generator[Chunk]:
    """The same chunks, with all of their rows as they stand in the file."""
    return read_chunks(path, run.file_format)


def normalizer_for(run: Import, path: Path, now: datetime) -> Normalizer:
    order, today = decided_order(run, path), localtime(now).date()
    known = fields_by_key()
    columns = {number: known[str(key)] for number, key in field_columns(run.mapping).items() if str(key) in known}
    options = Options(
        today=today,
        date_order=order,
        phone_region=run.phone_region,
        tags=tuple(run.tags),
        agreed=agreed_columns(run),
        fields={number: CustomReader(field, order, today) for number, field in columns.items()},
    )
    return Normalizer(run.file_format.columns, run.mapping, options)


def agreed_columns(run: Import) -> tuple[str, ...]:
    """Of the channels for which the campaign declares that everyone agreed, and for which its source can."""
    allowed = RULES[run.source_type].channels if run.source_type else ()
    return tuple(name for name, channel in CHANNELS.items() if channel in run.consent_channels and channel in allowed)


def decided_order(run: Import, path: Path) -> str:
    """What was chosen, or what the beginning of the file shows: the same at each start."""
    columns = next(filter(None, (columns_of(run.mapping, target) for target in DATES)), [])
    if run.date_order or not columns:
        return run.date_order or "dmy"
    with closing(read_chunks(path, run.file_format, rows=ORDER_SAMPLE)) as chunks:
        first = next(chunks, None)
    return guess_order(first.table[column(columns[0])]) if first else "dmy"
