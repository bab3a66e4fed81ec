"""A number that the database draws, for a model whose primary key is made of several columns."""

from typing import Any

from django.db.models import BigIntegerField, Func


class Drawn(Func):
    """The next number of the column's own sequence: Django's own fields that draw one have to be the whole primary key."""

    template = "DEFAULT"
    output_field = BigIntegerField()


def drawn_number() -> Any:
    """The column is an identity, made by the migration's own statement. Rows come by `create` or `bulk_create`: `save` takes a new one for an old one."""
    return BigIntegerField(db_default=Drawn(), editable=False)
