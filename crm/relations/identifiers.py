"""What an organisation is known by: its number in the register of SIREN, nine digits of which the last is the key; its website."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

WEBSITE_LENGTH = 200
_is_website = URLValidator(schemes=["http", "https"])


def normalize_siren(typed: str) -> str | None:
    """The nine digits; of a SIRET or a number for VAT the SIREN in it. None when the key is wrong."""
    digits = re.sub(r"[\s.\u00a0\u202f-]", "", typed)
    if vat := re.fullmatch(r"FR\w{2}(\d{9})", digits, re.IGNORECASE):
        digits = vat[1]
    if not re.fullmatch(r"\d{9}(\d{5})?", digits, re.ASCII):
        return None
    siren = digits[:9]
    return siren if _luhn(siren) else None


def display_siren(siren: str) -> str:
    return "\u00a0".join(siren[at : at + 3] for at in (0, 3, 6))


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 - (len(digits) - at) % 2) for at, digit in enumerate(digits)]
    return int(digits) > 0 and sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def normalize_website(typed: str) -> str | None:
    """Its whole address. None when it is no page of the web: neither a script nor a mailbox becomes a link."""
    address = typed.strip()
    if "://" not in address:
        address = f"https://{address}"
    try:
        _is_website(address)
        parts = urlsplit(address)
    except (ValidationError, ValueError):
        return None
    is_plain = "@" not in parts.netloc and len(address) <= WEBSITE_LENGTH
    return parts.geturl() if is_plain else None
