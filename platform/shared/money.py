"""Money is whole cents. Nothing here rounds but VAT, once, half up."""

from django.utils.translation import get_language

VAT_PERCENT = 20
NBSP = "\u00a0"


def with_vat(cents: int) -> int:
    return (cents * (100 + VAT_PERCENT) + 50) // 100


def is_french() -> bool:
    return (get_language() or "fr").startswith("fr")


def thousands(number: int) -> str:
    """12 500 in French, 12,500 in English."""
    return f"{number:,}".replace(",", NBSP) if is_french() else f"{number:,}"


def percent(number: int | str) -> str:
    """86 % in French, 86% in English."""
    return f"{number}{NBSP}%" if is_french() else f"{number}%"


def euros(cents: int) -> str:
    """95 € or 10,80 € in French, €95 or €10.80 in English: cents only where there are some."""
    sign = "−" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    separator = "," if is_french() else "."
    amount = thousands(whole) + (f"{separator}{rest:02d}" if rest else "")
    return f"{sign}{amount}{NBSP}€" if is_french() else f"{sign}€{amount}"
