from django.contrib.postgres.search import SearchVectorField
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, Case, F, Func, JSONField, TextField, Value, When

from shared.once import once


class Folded(Func):
    """Text without accents and case, the way the indexes keep it: `extensions.fold(a || ' ' || b)`."""

    function = "extensions.fold"
    arg_joiner = " || ' ' || "
    output_field = TextField()


class NameWords(Func):
    """The words of a name, as they are found by their beginnings: `NameWords("first_name", "last_name")`."""

    template = "array_to_tsvector(extensions.name_words(%(expressions)s))"
    arg_joiner = " || ' ' || "
    output_field = SearchVectorField()


class Has(Func):
    """Do these words meet that query? `Has(F("words"), Value("'dup':* & 'jean':*"))`, in PostgreSQL's own spelling."""

    template = "%(expressions)s::tsquery"
    arg_joiner = " @@ "
    output_field = BooleanField()


def split_name(text: str) -> list[str]:
    """The words of what somebody looks for, by the same function."""

    def look_up() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extensions.name_words(%s)", [" ".join(text.split())])
            return list(cursor.fetchone()[0])

    return once(f"name words:{text}", look_up)


def fold_text(text: str) -> str:
    """The same for what somebody looks for, by the same function."""

    def look_up() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extensions.fold(%s)", [" ".join(text.split())])
            return str(cursor.fetchone()[0])

    return once(f"fold:{text}", look_up)


class CustomValue(Func):
    """The value of one custom field, null where there is none: `CustomValue("custom", key=3)`. Written out, as an index has it."""

    template = "(%(expressions)s -> '%(key)s')"
    output_field = JSONField()


class HasCustom(Func):
    template = "(%(expressions)s -> '%(key)s') IS NOT NULL"
    output_field = BooleanField()


class CustomText(Func):
    template = "(%(expressions)s ->> '%(key)s')"
    output_field = TextField()


class JsonLiteral(Func):
    """A JSON text as a value that `CustomValue` may be compared with."""

    template = "%(expressions)s::jsonb"
    output_field = JSONField()


def primary_or_id() -> Case:
    """Unique beside the person: one of her addresses is primary. The key tells whose they are, too: an index more costs an import as much as the row."""
    return Case(When(is_primary=True, then=Value(0)), default=F("id"), output_field=BigIntegerField())
