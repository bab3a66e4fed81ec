"""The words of somebody who is erased, in what imports keep: the file, lines that were set aside or remarked, examples of a dry run.

A file is deleted as soon as its import is done. One that was stopped keeps it, to go on with: it goes with the first person of it who
is erased. Drafts go within a week.
"""

# ruff: noqa: S608 -- statements are made of our own constants only

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import polars as pl
from django.db import connection, transaction
from django.db.models import Q

from crm.imports.enums import ImportState
from crm.imports.files import delete_file
from crm.imports.models import Import, ImportBatch, ImportIssue, UpdatedPerson
from crm.imports.planning import stored_fates
from crm.people.models import EmailAddress, Person, PhoneNumber

STOPPED = (ImportState.FAILED, ImportState.CANCELLED)
DIGITS = 9  # of a number, however it is written: what follows the country's code in France
_WORDS = "concat_ws(' ', i.value, array_to_string(i.cells, ' '))"


def _whole(text: str) -> str:
    """Between spaces, so that only whole words are found in it: «Léa Roy» is not in «Cléa Leroy»."""
    return f"' ' || btrim(regexp_replace(extensions.fold({text}), '[^[:alnum:]]+', ' ', 'g')) || ' '"


# Lines that were set aside are about nobody: hers are known by her addresses, or her first and last name.
BLANK_LINES = f"""
UPDATE imports_importissue i SET value = '', cells = NULL
WHERE (i.value <> '' OR i.cells IS NOT NULL) AND (
  EXISTS (
    SELECT FROM regexp_split_to_table(lower({_WORDS}), '[][\\s<>,;:"()|/=]+') AS w (word)
    WHERE btrim(w.word, '.''') = ANY (%(emails)s::text[])
  )
  OR EXISTS (SELECT FROM unnest(%(digits)s::text[]) AS d (digits) WHERE strpos(regexp_replace({_WORDS}, '\\D', '', 'g'), d.digits) > 0)
  OR EXISTS (
    SELECT FROM unnest(%(first)s::text[], %(last)s::text[]) AS n (first, last)
    WHERE strpos({_whole(_WORDS)}, {_whole("n.first")}) > 0 AND strpos({_whole(_WORDS)}, {_whole("n.last")}) > 0
  )
)"""


def forget_people(person_ids: list[int], _now: datetime) -> None:
    """For an erasure, in its transaction."""
    UpdatedPerson.objects.filter(person__in=person_ids).delete()
    ImportIssue.objects.filter(person_id__in=person_ids).update(value="", cells=None)
    _blank_lines(person_ids)
    Import.objects.filter(state=ImportState.DRAFT, trial__state="done").update(trial={})
    stopped = Import.objects.select_for_update().filter(state__in=STOPPED).exclude(file="")  # none is resumed meanwhile
    for run in stopped.order_by("pk"):
        if _has_any(run, person_ids):
            delete_kept_file(run)


def is_owed_to_somebody_erased(run: Import) -> bool:
    """Was anybody in it erased while it ran? Of whoever was merged, the one who was kept counts."""
    at = run.started_at or run.created_at
    since = Person.objects.filter(Q(erased_at__gte=at, merged_into=None) | Q(merged_into__erased_at__gte=at))
    erased = list(since.values_list("pk", flat=True))
    return bool(erased) and _has_any(run, erased)


def delete_kept_file(run: Import) -> None:
    """With the plan of it and what is left to write from it."""
    for name in (run.file, run.plan):
        transaction.on_commit(partial(delete_file, name))
    run.file = run.plan = ""
    run.save(update_fields=["file", "plan"])
    ImportBatch.objects.filter(import_run=run).exclude(ties=None).update(ties=None)


def _blank_lines(person_ids: Sequence[int]) -> None:
    numbers = PhoneNumber.objects.filter(person__in=person_ids).values_list("number", flat=True)
    names = Person.objects.filter(pk__in=person_ids).exclude(Q(first_name="") | Q(last_name=""))
    told = list(names.values_list("first_name", "last_name"))
    parameters = {
        "emails": list(EmailAddress.objects.filter(person__in=person_ids).values_list("address", flat=True)),
        "digits": [number[-DIGITS:] for number in numbers],
        "first": [first for first, _last in told],
        "last": [last for _first, last in told],
    }
    with connection.cursor() as cursor:
        cursor.execute(BLANK_LINES, parameters)


def _has_any(run: Import, person_ids: Sequence[int]) -> bool:
    """By whom its batches are about, and whom its plan knows. One that was stopped before it was planned may hold anybody."""
    if not run.plan:
        return True
    ids = list(person_ids)
    batches = ImportBatch.objects.filter(import_run=run)
    if batches.filter(Q(created_ids__overlap=ids) | Q(known_ids__overlap=ids)).exists():
        return True
    return bool(stored_fates(run.plan)["person_id"].is_in(pl.Series(ids, dtype=pl.Int64).implode()).any())
