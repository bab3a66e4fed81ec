"""The campaign's own fields: made, changed, put in order, archived. What people said stays whatever becomes of a field."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from crm.fields.enums import CHOSEN, ORDERED, FieldKind
from crm.fields.models import INDEXED, CustomField, FieldChoice
from crm.fields.names import BUILT_IN, fold, reveals, tidy

MOST_FIELDS = 100
MOST_CHOICES = 200


class FieldNameTaken(Exception):
    """Another field, or another choice of it, has this name; perhaps an archived one."""


class FieldNameReserved(FieldNameTaken):
    """Every person has something that is called so."""


class TooMany(Exception):
    """The campaign has as many fields, or the field as many choices, as a screen can show."""


@transaction.atomic
def make_field(
    *, name: str, kind: str, help_text: str = "", is_sensitive: bool = False, choices: Sequence[str] = ()
) -> CustomField:
    """At the end of the others; one whose name tells of an opinion or a belief is sensitive, whoever makes it. Raises FieldNameTaken, FieldNameReserved, TooMany."""
    _one_at_a_time()
    if CustomField.objects.active().count() >= MOST_FIELDS:
        raise TooMany
    name = tidy(name)[:80]
    folded = _folded(name)
    if folded in BUILT_IN:
        raise FieldNameReserved
    if CustomField.objects.filter(folded=folded).exists():
        raise FieldNameTaken
    field = CustomField.objects.create(
        key=_free_key(kind),
        name=name,
        folded=folded,
        kind=kind,
        help_text=tidy(help_text)[:200],
        is_sensitive=is_sensitive or reveals(name),
        position=_after(CustomField.objects),
    )
    if kind in CHOSEN:
        ensure_choices(field=field, names=choices)
    return field


def change_field(*, field: CustomField, name: str, help_text: str, is_sensitive: bool) -> None:
    """Its kind stays: what people said would mean nothing in another one. Raises FieldNameTaken, FieldNameReserved."""
    before, field.folded = field.folded, _folded(tidy(name)[:80])
    if field.folded in BUILT_IN and field.folded != before:
        raise FieldNameReserved
    field.name, field.help_text = tidy(name)[:80], tidy(help_text)[:200]
    field.is_sensitive = is_sensitive or reveals(name)
    try:
        with transaction.atomic():
            field.save(update_fields=["name", "folded", "help_text", "is_sensitive"])
    except IntegrityError as error:
        raise FieldNameTaken from error


def archive_field(*, field: CustomField, now: datetime) -> None:
    if field.archived_at is None:
        field.archived_at = now
        field.save(update_fields=["archived_at"])


@transaction.atomic
def restore_field(*, field: CustomField) -> None:
    """Raises TooMany."""
    _one_at_a_time()
    if CustomField.objects.active().count() >= MOST_FIELDS:
        raise TooMany
    field.archived_at = None
    field.save(update_fields=["archived_at"])


@transaction.atomic
def move_field(*, field: CustomField, by: int) -> None:
    """One place up (-1) or down (1) among those in use."""
    _one_at_a_time()
    _move(list(CustomField.objects.active()), field, by)


def add_choice(*, field: CustomField, name: str) -> FieldChoice:
    """Raises FieldNameTaken, TooMany."""
    if FieldChoice.objects.filter(field=field, folded=fold(name)[:100]).exists():
        raise FieldNameTaken
    ids = ensure_choices(field=field, names=[name])
    if not ids:
        raise TooMany
    choice = FieldChoice.objects.get(pk=ids[fold(name)[:100]])
    choice.save()  # whoever watches choices hears of no others: pages of the site that ask this field
    return choice


@transaction.atomic
def ensure_choices(*, field: CustomField, names: Sequence[str]) -> dict[str, int]:
    """The choices' ids by their folded names, made where they are missing, as long as there is room for them."""
    wanted: dict[str, str] = {}
    for name in names:
        wanted.setdefault(fold(name)[:100], tidy(name)[:100])
    wanted.pop("", None)
    known = dict(FieldChoice.objects.filter(field=field).values_list("folded", "pk"))
    missing = [folded for folded in wanted if folded not in known]
    if missing:
        _one_at_a_time()
        position = _after(FieldChoice.objects.filter(field=field))
        room = max(0, MOST_CHOICES - len(known))
        FieldChoice.objects.bulk_create(
            [
                FieldChoice(field=field, name=wanted[folded], folded=folded, position=position + number)
                for number, folded in enumerate(missing[:room])
            ],
            ignore_conflicts=True,
        )
        known = dict(FieldChoice.objects.filter(field=field).values_list("folded", "pk"))
    return {folded: known[folded] for folded in wanted if folded in known}


def rename_choice(*, choice: FieldChoice, name: str) -> None:
    """Raises FieldNameTaken."""
    choice.name = tidy(name)[:100]
    choice.folded = fold(choice.name)[:100]
    try:
        with transaction.atomic():
            choice.save(update_fields=["name", "folded"])
    except IntegrityError as error:
        raise FieldNameTaken from error


def archive_choice(*, choice: FieldChoice, now: datetime | None) -> None:
    """Offered no more, and still told of whoever has it; without a moment, it is offered again."""
    choice.archived_at = now
    choice.save(update_fields=["archived_at"])


@transaction.atomic
def move_choice(*, choice: FieldChoice, by: int) -> None:
    _one_at_a_time()
    _move(list(FieldChoice.objects.filter(field=choice.field_id, archived_at=None)), choice, by)


def _folded(name: str) -> str:
    """Some letters become two."""
    return fold(name)[:80]


def _free_key(kind: str) -> int:
    """Numbers and dates take the keys that have an index of their own, while there are any."""
    used = set(CustomField.objects.values_list("key", flat=True))
    free = [key for key in INDEXED if key not in used] if FieldKind(kind) in ORDERED else []
    return free[0] if free else max([INDEXED.stop, *used]) + 1


def _after(rows: Any) -> int:
    last: int | None = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _move(rows: Sequence[CustomField | FieldChoice], row: CustomField | FieldChoice, by: int) -> None:
    ids = [one.pk for one in rows]
    if row.pk not in ids:
        return
    place = ids.index(row.pk)
    ids.insert(max(0, min(len(ids) - 1, place + by)), ids.pop(place))
    for position, pk in enumerate(ids):
        type(row)._default_manager.filter(pk=pk).update(position=position)  # noqa: SLF001 -- public in Django's documentation


def _one_at_a_time() -> None:
    """Keys and places are given out by whoever holds this lock, until the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema() || ':fields'))")
