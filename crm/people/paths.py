from functools import cache
from uuid import UUID

from django.urls import reverse

NOBODY = UUID(int=0)


def path_of_person(uuid: UUID) -> str:
    """Without a look at the table of addresses for each of the fifty people of a list."""
    return _path_of_nobody().replace(str(NOBODY), str(uuid))


@cache
def _path_of_nobody() -> str:
    return reverse("people:person", args=[NOBODY])
