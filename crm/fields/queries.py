from crm.fields.models import CustomField
from crm.fields.names import fold


def active_fields() -> list[CustomField]:
    """Those that are asked and shown, in the campaign's order, with their choices."""
    return list(CustomField.objects.active().prefetch_related("choices"))


def fields_for_site() -> list[CustomField]:
    """Those that a form of the site may ask: what is sensitive takes an explicit consent, which it does not ask for."""
    return [field for field in active_fields() if not field.is_sensitive]


def fields_by_key() -> dict[str, CustomField]:
    """The archived ones too: what somebody has is still to be named."""
    return {str(field.key): field for field in CustomField.objects.prefetch_related("choices")}


def find_field(key: int) -> CustomField | None:
    return CustomField.objects.prefetch_related("choices").filter(key=key).first()


def field_named(name: str) -> CustomField | None:
    return CustomField.objects.active().prefetch_related("choices").filter(folded=fold(name)).first()
