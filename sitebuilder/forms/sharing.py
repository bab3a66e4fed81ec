"""Prepared links to tell friends. They go to the services' own addresses only when clicked: nothing is loaded from them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ShareLink:
    label: Any
    url: str


def share_address(origin: str, code: str) -> str:
    return f"{origin}/?{urlencode({'de': code})}" if code else f"{origin}/"


def share_links_to(address: str, *, message: str, subject: str) -> list[ShareLink]:
    text = f"{message} {address}".strip()
    return [
        ShareLink(_("E-mail"), f"mailto:?subject={quote(subject)}&body={quote(text)}"),
        ShareLink(_("SMS"), f"sms:?&body={quote(text)}"),
        ShareLink("WhatsApp", f"https://wa.me/?text={quote(text)}"),
        ShareLink("Mastodon", f"https://share.joinmastodon.org/#text={quote(text)}"),
        ShareLink("Bluesky", f"https://bsky.app/intent/compose?text={quote(text)}"),
        ShareLink("X", f"https://x.com/intent/post?text={quote(message)}&url={quote(address)}"),
        ShareLink("Facebook", f"https://www.facebook.com/sharer/sharer.php?u={quote(address)}"),
    ]
