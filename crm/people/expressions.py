from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, TextField


class Folded(Func):
    """Text without accents and case, the way the indexes keep it: `extensions.fold(a || ' ' || b)`."""

    function = "extensions.fold"
    arg_joiner = " || ' ' || "
    output_field = TextField()


def folded_name() -> Expression:
    """What a search by name looks into."""
    return Folded(F("first_name"), F("last_name"), F("birth_name"))


def fold_text(text: str) -> str:
    """The same for what somebody looks for, by the same function."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extensions.fold(%s)", [" ".join(text.split())])
        return str(cursor.fetchone()[0])


SAMPLED = 64


class InSample(Func):
    """One person in 64: what large numbers are estimated from. Written out, so that the index that holds them is found."""

    template = f"mod(%(expressions)s, {SAMPLED}) = 0"
    output_field = BooleanField()
