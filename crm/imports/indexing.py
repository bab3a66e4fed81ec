"""A campaign's first big file is written without the indexes that lists and segments search by."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from crm.imports.models import Import
from crm.people.models import Person
from tenants.indexes import complete_indexes, indexes_aside

# Those that cost most while rows come, the longest to build first. None of them is needed to know who is who.
SEARCHED = (
    "people_by_name",
    "people_departement",
    "people_commune",
    "people_postcode",
    "people_words",
    "people_support",
    "people_birth_date",
    "people_tags",
    "people_phone_number",
)
MANY = 50_000  # rows: below, two dozen statements take longer than they save
KNOWN = 0.1  # of as many people as the file has rows: they too are indexed anew, and looked for meanwhile


@contextmanager
def lightened(run: Import) -> Iterator[None]:
    """Around the writing of a file. What a killed worker left out is built again."""
    if connection.in_atomic_block:  # the demo's: another connection would wait for it
        yield
    elif run.total >= MANY and not _more_people_than(int(run.total * KNOWN)):
        with indexes_aside(SEARCHED):
            yield
    else:
        try:
            yield
        finally:
            complete_indexes(SEARCHED)


def _more_people_than(number: int) -> bool:
    return Person.objects.order_by("pk").values_list("pk")[number : number + 1].exists()
