"""Who each line of a file is about, decided once for the whole file before anything is written, and kept until it is done.

Chunks then have nothing to do with each other: they can be written in any order, two at a time, and by another worker.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl
from django.db import connection, transaction

from crm.imports.deceased import without_strangers
from crm.imports.files import local_copy, store_file
from crm.imports.fingerprints import SAME_AS_BEFORE
from crm.imports.identities import Identities
from crm.imports.leaving import without_numbers
from crm.imports.mailboxes import apart
from crm.imports.matching import FATE, among_strangers, begin_matching, match, stage_identities
from crm.people.models import Person
from shared.scratch import scratch


@dataclass(frozen=True, slots=True)
class Plan:
    fates: (
        pl.DataFrame
    )  # columns of crm.imports.matching.FATE, one row for each line of which there is something to tell
    tags: dict[str, int]  # of the campaign, by the names that the file uses
    repeats: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"line": pl.Int64, "leader": pl.Int64})
    )  # among the rows that were left out: see crm.imports.fingerprints

    def applied_to(self, people: pl.DataFrame) -> pl.DataFrame:
        """The rows with their fates, and their tags by number."""
        fates = self.fates.join(people.select("line"), on="line", how="semi")
        ids = pl.element().replace_strict(self.tags, default=None, return_dtype=pl.Int64).drop_nulls()
        tag_ids = pl.col("tags").list.eval(ids)
        if len(set(self.tags.values())) < len(self.tags):  # two names of one tag
            tag_ids = tag_ids.list.unique(maintain_order=True)
        decided = people.join(fates, on="line", how="left", maintain_order="left").with_columns(
            pl.col("taken", "refused").fill_null(value=False),
            tag_ids=tag_ids,
        )
        return without_strangers(apart(without_numbers(decided)))

    @property
    def followers(self) -> pl.DataFrame:
        return self.fates.filter(pl.col("leader").is_not_null()).select("line", "leader")

    @property
    def refused(self) -> pl.DataFrame:
        return self.fates.filter("refused").select("line")


def decide_all(chunks: Iterable[pl.DataFrame], identities: Identities) -> pl.DataFrame:
    """The fates of a whole file. `identities` has seen the same chunks."""
    if not Person.objects.exists():  # the first file of a campaign
        return among_strangers(identities.leaders())
    with transaction.atomic(), connection.cursor() as cursor:
        begin_matching(cursor)
        for people in chunks:
            stage_identities(cursor, people)
        return match(cursor, identities.leaders())


def decide(people: pl.DataFrame, tags: dict[str, int]) -> Plan:
    """The plan of a file that is as small as one chunk, or of one chunk whose people have changed meanwhile."""
    identities = Identities()
    identities.add(people)
    return Plan(decide_all([people], identities), tags)


def store_fates(fates: pl.DataFrame, same: pl.DataFrame) -> str:
    """`same`: the rows that are left out, columns of crm.imports.sifting.SAME."""
    left_out = same.drop("print").with_columns(
        how=pl.lit(SAME_AS_BEFORE), taken=pl.lit(value=False), refused=pl.lit(value=False)
    )
    with scratch("import") as folder:
        path = folder / "plan"
        pl.concat([fates, left_out], how="diagonal").write_parquet(path)
        return store_file(path, suffix=".plan")


def stored_fates(name: str) -> pl.DataFrame:
    with local_copy(name) as path:
        return pl.concat([pl.DataFrame(schema=FATE), pl.read_parquet(path)], how="diagonal")
