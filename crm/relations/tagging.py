"""The campaign's tags on organisations: the same as on people, put and taken by hand, following merges and deletions of tags."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import ngettext

from crm.consent.entries import Source
from crm.people.tag_users import Need, TagUsage
from crm.people.tagging import ensure_tags
from crm.relations.models import Organisation

# Tags before organisations, everywhere: a tag that goes meanwhile is put on none, and one that is being put waits to go.
THERE = "SELECT id FROM people_tag WHERE id = ANY(%s::int[]) ORDER BY id FOR KEY SHARE"
COUNT = """
SELECT tag, count(*) FROM relations_organisation, unnest(tag_ids) AS tag
WHERE tag_ids && %(tags)s::int[] AND tag = ANY(%(tags)s::int[]) AND merged_into_id IS NULL GROUP BY tag ORDER BY tag
"""
# Those that were merged, too: they may come back.
REPLACE = """
UPDATE relations_organisation SET tag_ids = ARRAY(
  SELECT DISTINCT CASE WHEN t = %(tag)s::int THEN %(by)s::int ELSE t END FROM unnest(tag_ids) t ORDER BY 1)
WHERE tag_ids @> ARRAY[%(tag)s::int]
"""
REPLACE_IN_MERGES = """
UPDATE relations_organisationmerge SET moved = jsonb_set(moved, '{tags}', (
  SELECT jsonb_agg(DISTINCT CASE WHEN t = to_jsonb(%(tag)s::int) THEN to_jsonb(%(by)s::int) ELSE t END)
  FROM jsonb_array_elements(moved -> 'tags') t))
WHERE moved -> 'tags' @> to_jsonb(%(tag)s::int)
"""
FORGET = """
UPDATE relations_organisation SET tag_ids = ARRAY(SELECT t FROM unnest(tag_ids) t WHERE t <> %(tag)s::int ORDER BY t)
WHERE tag_ids @> ARRAY[%(tag)s::int]
"""


def tag_organisation(*, organisation: Organisation, names: Sequence[str], now: datetime) -> None:
    """Tags that are missing are made."""
    numbers = ensure_tags(names)
    with transaction.atomic():
        _change(organisation, add=tags_there(numbers), remove=set(), now=now)


def untag_organisation(*, organisation: Organisation, tag_id: int, now: datetime) -> None:
    with transaction.atomic():
        _change(organisation, add=set(), remove={tag_id}, now=now)


def tags_there(numbers: Collection[int]) -> set[int]:
    """Those of them that there still are, and will be until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(THERE, [sorted(numbers)])
        return {number for (number,) in cursor.fetchall()}


def _change(organisation: Organisation, *, add: set[int], remove: set[int], now: datetime) -> None:
    row = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    wanted = sorted({*row.tag_ids, *add} - remove)
    if wanted != row.tag_ids:
        Organisation.objects.filter(pk=row.pk).update(tag_ids=wanted, updated_at=now)


# --- what happens to tags ---------------------------------------------------------------------------------------------
def organisations_carrying(tag_ids: Collection[int]) -> list[TagUsage]:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"tags": list(tag_ids)})
        counted = cursor.fetchall()
    url = reverse("relations:organisations")
    return [
        TagUsage(
            pk,
            ngettext("%(count)s organisation", "%(count)s organisations", count) % {"count": count},
            f"{url}?tag={pk}",
            Need.CARRIED,
        )
        for pk, count in counted
    ]


def replace_on_organisations(tag_id: int, by: int, _source: Source, _now: datetime) -> None:
    with connection.cursor() as cursor:
        for statement in (REPLACE, REPLACE_IN_MERGES):
            cursor.execute(statement, {"tag": tag_id, "by": by})


def forget_on_organisations(tag_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"tag": tag_id})
