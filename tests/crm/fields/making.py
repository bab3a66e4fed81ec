"""One field of each kind, as a campaign has them."""

from crm.fields.models import CustomField, FieldChoice
from crm.fields.services import make_field


def one_of_each() -> dict[str, CustomField]:
    make_field(name="Nom de scène", kind="text")
    make_field(name="Affiches collées", kind="number")
    make_field(name="Adhésion", kind="date")
    make_field(name="Taille", kind="choice", choices=["S", "M", "L"])
    make_field(name="Envies", kind="choices", choices=["Coller", "Tracter", "Écrire"])
    make_field(name="A une voiture", kind="yes_no")
    return {field.kind: field for field in CustomField.objects.all()}


def choice(field: CustomField, name: str) -> int:
    return FieldChoice.objects.get(field=field, name=name).pk
