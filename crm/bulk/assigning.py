"""A point person for many at once; and whom they had before, back again."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl
from django.db import connection

from crm.consent.entries import Source
from crm.people.models import Person
from crm.people.queries import present_id
from crm.relations.bulk import tell_ties, tie_again, tie_people, untie_people
from crm.relations.enums import RelationKind

POINT_PERSON = RelationKind.POINT_PERSON.value


def assign(person_ids: Sequence[int], point_person: int, *, source: Source, now: datetime) -> dict[int, str]:
    """In the caller's transaction. Whose point person changed, and the ties that went, as JSON; nobody is her own."""
    meant = {"person_id": list(person_ids), "target_id": present_id(point_person)}
    ties = pl.DataFrame(meant, schema_overrides={"person_id": pl.Int64(), "target_id": pl.Int64()})
    ties = ties.with_columns(kind=pl.lit(POINT_PERSON), rule=pl.lit("replace"))
    with connection.cursor() as cursor:
        changed = dict(tie_people(cursor, ties, source=source, now=now).select("person_id", "gone").iter_rows())
        tell_ties(cursor, list(changed), f"{POINT_PERSON}_noted", source=source, now=now)
    return changed


def unassign(before: Mapping[int, str], *, source: Source, now: datetime) -> None:
    """Who was given another point person since, or whose tie somebody ended, keeps it so."""
    # People first, and in their order, as whoever ties or merges them does.
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=before).order_by("pk").values_list("pk"))
    with connection.cursor() as cursor:
        untied = {person_id for person_id, _kind in untie_people(cursor, list(before), source)}
        gone = [
            {**tie, "person_id": pk}
            for pk, ties in before.items()
            for tie in json.loads(ties)
            if pk in untied or tie.get("beside")
        ]
        tie_again(cursor, json.dumps(gone))
        tell_ties(cursor, sorted(untied), "relation_ended", source=source, now=now)
