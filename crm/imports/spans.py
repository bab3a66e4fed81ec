"""Whoever was in a file, as stretches of people's numbers: of a million who came with it there are a handful.

To look each of a page's people up among a million numbers takes seconds; two numbers are compared in no time, and the
planner knows how many people lie between them.
"""

import numpy as np
from django.core.cache import cache
from django.db.models import BigIntegerField, BinaryField, Count, F, Func, Max, Q

from crm.imports.models import ImportBatch
from shared.copying import bigints_sent
from shared.once import once

MOST = 50  # stretches: of more, each number is looked up
KEPT = 3600  # seconds
Spans = list[tuple[int, int]]

WHOEVER = Func(F("created_ids"), F("known_ids"), function="array_cat")
EACH = Func(WHOEVER, function="unnest", output_field=BigIntegerField())  # one row for each person
SENT = Func(WHOEVER, function="array_send", output_field=BinaryField())


def was_in(imports: list[int]) -> Q:
    """On people. What a batch holds never changes: their number tells one state of an import from another.

    So does its beginning, where a campaign was put back to an earlier day and has another import of the same number since.
    """
    batches = ImportBatch.objects.filter(import_run__in=imports)
    state = batches.aggregate(number=Count("pk"), begun=Max("import_run__started_at"))
    begun = state["begun"].timestamp() if state["begun"] else 0
    key = f"imports.spans:{','.join(map(str, imports))}:{state['number']}:{begun}"
    spans = once(key, lambda: _kept(key, imports))
    if len(spans) > MOST:
        return Q(pk__in=batches.values(person=EACH))
    condition = Q(pk__in=[])
    for first, last in spans:
        condition |= Q(pk__range=(first, last))
    return condition


def _kept(key: str, imports: list[int]) -> Spans:
    spans: Spans | None = cache.get(key)
    if spans is None:
        spans = spans_of(imports)
        cache.set(key, spans, KEPT)
    return spans


def spans_of(imports: list[int]) -> Spans:
    """First and last of each, ascending; MOST + 1 of them stand for too many."""
    sent = ImportBatch.objects.filter(import_run__in=imports).values_list(SENT, flat=True)
    numbers = np.unique(np.concatenate([np.empty(0, np.int64), *map(bigints_sent, sent)]))
    if not numbers.size:
        return []
    breaks = np.flatnonzero(np.diff(numbers) > 1)[: MOST + 1]
    firsts, lasts = numbers[[0, *breaks + 1]], numbers[[*breaks, -1]]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
