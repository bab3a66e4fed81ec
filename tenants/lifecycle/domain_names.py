import ipaddress
import re

from django.conf import settings

LABEL = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)$")


class BadDomain(Exception):
    """The text is no domain that a site could live on or a mail come from."""


class PlatformsDomain(BadDomain):
    """It is ours: below the platform's own host."""


def clean_domain(text: str) -> str:
    """The domain in what was typed, accents as the DNS writes them; raises BadDomain."""
    host = re.sub(r"^[a-z]+://", "", text.strip().lower()).split("/")[0].rstrip(".")
    try:
        name = host.encode("idna").decode()
    except UnicodeError as error:
        raise BadDomain(text) from error
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or not all(LABEL.match(label) for label in labels) or _is_address(name):
        raise BadDomain(text)
    hosts = (settings.PLATFORM_HOST, settings.MEDIA_HOST, settings.MAIL_DOMAIN)
    if any(name == ours or name.endswith(f".{ours}") for ours in hosts if ours):
        raise PlatformsDomain(text)
    return name


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name.rpartition(".")[2].isdigit()
    return True
