"""Three questions of the campaign's own, as a team of volunteers asks them."""

from collections.abc import Sequence
from random import Random
from typing import Any

from crm.fields.models import CustomField
from crm.fields.services import make_field
from crm.people.models import Person

POLLING_DAY = "Disponible le jour du vote"
SIZE = "Taille de T-shirt"
POSTERS = "Affiches collées"
SIZES = ("S", "M", "L", "XL", "XXL")


QUESTIONS: dict[str, dict[str, Any]] = {
    POLLING_DAY: {"kind": "yes_no", "help_text": "Pour tenir un bureau de vote ou conduire des électeurs."},
    SIZE: {"kind": "choice", "choices": SIZES, "help_text": "Coupe droite."},
    POSTERS: {"kind": "number", "help_text": "Depuis le début de la campagne."},
}


def make_fields() -> dict[str, CustomField]:
    """Beside those that somebody has made meanwhile."""
    known = set(CustomField.objects.values_list("name", flat=True))
    for name, question in QUESTIONS.items():
        if name not in known:
            make_field(name=name, **question)
    return {field.name: field for field in CustomField.objects.prefetch_related("choices")}


def answer_fields(person_ids: Sequence[int], *, rng: Random) -> None:
    """One in three has answered something; those who put up posters are few."""
    fields = make_fields()
    sizes = [choice.pk for choice in fields[SIZE].offered]
    people = list(Person.objects.filter(pk__in=rng.sample(sorted(person_ids), len(person_ids) // 3)))
    for person in people:
        values: dict[str, Any] = {}
        if rng.random() < 0.8:
            values[str(fields[POLLING_DAY].key)] = rng.random() < 0.4
        if rng.random() < 0.5:
            values[str(fields[SIZE].key)] = rng.choices(sizes, weights=(2, 5, 5, 3, 1))[0]
        if rng.random() < 0.15:
            values[str(fields[POSTERS].key)] = rng.randrange(2, 120)
        person.custom = values
    Person.objects.bulk_update(people, ["custom"], batch_size=1_000)
