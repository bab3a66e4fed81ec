"""Postcodes of several communes: what a file leaves open is asked once for each postcode, never guessed."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction

from crm.geo.frames import places_in_doubt
from crm.geo.queries import Commune, communes_to_choose
from crm.imports.chunks import CHUNK_ROWS, read_chunks
from crm.imports.enums import ImportState, Target
from crm.imports.mapping import columns_of
from crm.imports.models import CommuneChoice, Import
from crm.imports.normalizing import Normalizer, Options

ASKED = 30  # postcodes; the others stay without a commune
LOOKED_AT = 200_000  # rows: somebody waits for the page
NAMES = 3
PLACE = ("postcode", "city", "country")


class NotADraft(Exception):
    """It has been launched already: what it will do cannot be changed any more."""


@dataclass(frozen=True, slots=True)
class Question:
    postcode: str
    rows: int
    names: tuple[str, ...]  # what the file writes beside the postcode, and fits none
    communes: tuple[Commune, ...]


def find_doubts(run: Import, path: Path, *, now: datetime) -> dict[str, Any]:
    """What `Import.places` keeps: the postcodes that leave a doubt, those of most rows first, and how many more there are."""
    if not columns_of(run.mapping, Target.POSTCODE):
        return {}
    normalizer = Normalizer(run.file_format.columns, run.mapping, Options(now.date()))
    pairs, looked = pl.DataFrame(schema={"postcode": pl.String, "city": pl.String, "rows": pl.UInt32}), 0
    with closing(read_chunks(path, run.file_format, rows=CHUNK_ROWS)) as chunks:
        for chunk in chunks:
            pairs = _added(pairs, normalizer.place(chunk.table))
            looked = chunk.end
            if looked >= LOOKED_AT:
                break
    doubts = _doubts(pairs)
    asked, others = doubts[:ASKED], doubts[ASKED:]
    return {"asked": asked, "others": len(others), "other_rows": sum(one["rows"] for one in others), "looked": looked}


def _added(pairs: pl.DataFrame, place: Mapping[str, pl.Series]) -> pl.DataFrame:
    missing = {name: pl.lit(None, dtype=pl.String) for name in PLACE if name not in place}
    rows = pl.DataFrame({name: place[name] for name in PLACE if name in place}).with_columns(**missing)
    told = rows.filter(pl.col("postcode").is_not_null() & (pl.col("country").fill_null("FR") == "FR"))
    counted = told.group_by("postcode", "city").agg(rows=pl.len())
    return pl.concat([pairs, counted]).group_by("postcode", "city").agg(pl.col("rows").sum())


def _doubts(pairs: pl.DataFrame) -> list[dict[str, Any]]:
    open_ones = places_in_doubt(pairs).sort("rows", descending=True)
    by_postcode = open_ones.group_by("postcode").agg(
        pl.col("rows").sum(), names=pl.col("city").drop_nulls().head(NAMES)
    )
    return [
        row
        for row in by_postcode.sort(["rows", "postcode"], descending=[True, False]).iter_rows(named=True)
        if len(communes_to_choose(row["postcode"])) > 1
    ]


def questions_of(run: Import) -> list[Question]:
    return [
        Question(one["postcode"], one["rows"], tuple(one["names"]), communes_to_choose(one["postcode"]))
        for one in run.places.get("asked", [])
    ]


def remembered_communes() -> dict[str, str]:
    return dict(CommuneChoice.objects.values_list("postcode", "commune_code"))


@transaction.atomic
def choose_communes(*, import_id: int, answers: Mapping[str, str], now: datetime) -> Import:
    """An empty answer leaves the postcode without a commune. What is chosen holds for the campaign's next files too. Raises NotADraft."""
    run = Import.objects.select_for_update().filter(pk=import_id).first()
    if run is None or run.state != ImportState.DRAFT:
        raise NotADraft
    for postcode, code in answers.items():
        if code:
            CommuneChoice.objects.update_or_create(postcode=postcode, defaults={"commune_code": code, "chosen_at": now})
    CommuneChoice.objects.filter(postcode__in=[postcode for postcode, code in answers.items() if not code]).delete()
    run.communes, run.trial = remembered_communes(), {}
    run.save(update_fields=["communes", "trial"])
    return run
