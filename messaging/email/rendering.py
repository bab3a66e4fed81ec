"""From what the team wrote to HTML and text with merge markers in them: once for each mailing, never per recipient."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from wagtail.rich_text import expand_db_html

from messaging.email.look import Look
from messaging.email.measured import BEGIN, END, unmeasured
from messaging.email.merge import MARK, fill, mark, marker
from messaging.email.mime import Written
from messaging.email.models import Message
from messaging.email.parts import Part, request_parts
from messaging.email.richtext import mail_html, mail_text
from tenants.context import require_tenant
from tenants.facts import TenantFacts
from tenants.office.models import CampaignProfile
from tenants.office.profile import campaign_profile

PICTURE = "width-1120"  # 560 px shown, sharp on good screens
PRIVACY_PATH = "/vos-donnees/"


@dataclass(frozen=True, slots=True)
class Sender:
    name: str
    address: str
    reply_to: str


def sender_of(message: Message, profile: CampaignProfile, *, domain: str = "") -> Sender:
    tenant = require_tenant()
    return Sender(
        name=message.sender_name or profile.sender_name or profile.display_name,
        address=f"{tenant.slug}@{domain or settings.MAIL_DOMAIN}",
        reply_to=message.reply_to or profile.reply_to_email,
    )


def write(message: Message, *, domain: str = "") -> Written:
    """The message as it will leave, in the campaign's language."""
    tenant, profile = require_tenant(), campaign_profile()
    sender = sender_of(message, profile, domain=domain)
    with translation.override(tenant.language):
        context = _context(message, tenant, profile)
        return Written(
            from_name=sender.name,
            from_address=sender.address,
            reply_to=sender.reply_to,
            subject=mark(message.subject),
            html=render_to_string("email/mail/mail.html", context),
            text=render_to_string("email/mail/mail.txt", context).strip() + "\n",
        )


def preview(written: Written, values: Mapping[str, str]) -> Written:
    """The same with one person's values in it, for a screen."""
    written = unmeasured(written)
    return Written(
        from_name=written.from_name,
        from_address=written.from_address,
        reply_to=written.reply_to,
        subject=fill(written.subject, values),
        html=fill(written.html, values, escape),
        text=fill(written.text, values),
    )


def _context(message: Message, tenant: TenantFacts, profile: CampaignProfile) -> dict[str, Any]:
    look = Look.of(profile.color)
    if message.is_request:
        parts = request_parts(look, profile.display_name)
    else:
        parts = [_part(block.block_type, block.value, tenant, look) for block in message.body]
    return {
        "language": tenant.language,
        "subject": strip_fields(message.subject),
        "preheader": mark_safe(escape(mark(message.preheader))),  # noqa: S308 -- escaped, then only markers
        "parts": parts,
        "is_request": message.is_request,
        "profile": profile,
        "s": look.styles,
        "look": look,
        "privacy_url": privacy_url(),
        "site_url": tenant.absolute_url("/"),
        "unsubscribe_url": mark_safe(marker("unsubscribe_url")),  # noqa: S308 -- a marker
        "view_url": mark_safe(marker("view_url")),  # noqa: S308 -- a marker
        "origin": mark_safe(marker("origin")),  # noqa: S308 -- a marker
        "note_begins": mark_safe(BEGIN),  # noqa: S308 -- one character
        "note_ends": mark_safe(END),  # noqa: S308 -- one character
    }


def _part(kind: str, value: Any, tenant: TenantFacts, look: Look) -> Part:
    return _PARTS[kind](value, lambda address: absolute(address, tenant), look)


def _text(value: Any, whole: Callable[[str], str], look: Look) -> Part:
    source = mark(expand_db_html(value.source))
    html = mail_html(source, styles=look.styles, absolute=whole)
    return Part("text", html=mark_safe(html), text=mail_text(source, absolute=whole))  # noqa: S308 -- rewritten from a list of known tags


def _heading(value: Any, _whole: Callable[[str], str], _look: Look) -> Part:
    return Part("heading", html=_marked_html(value), text=mark(value))


def _image(value: Any, whole: Callable[[str], str], _look: Look) -> Part:
    source = whole(value["image"].get_rendition(PICTURE).url)
    return Part("image", html=mark_safe(escape(source)), alt=value["alt"], url=value["link"], text=value["alt"])  # noqa: S308 -- escaped


def _button(value: Any, whole: Callable[[str], str], _look: Look) -> Part:
    return Part("button", html=_marked_html(value["label"]), text=mark(value["label"]), url=whole(value["link"]))


def _quote(value: Any, _whole: Callable[[str], str], _look: Look) -> Part:
    html = str(_marked_html(value["text"])).replace("\n", "<br>")
    return Part("quote", html=mark_safe(html), text=mark(value["text"]), who=value["who"])  # noqa: S308 -- escaped


def _divider(_value: Any, _whole: Callable[[str], str], _look: Look) -> Part:
    return Part("divider")


_PARTS: dict[str, Callable[[Any, Callable[[str], str], Look], Part]] = {
    "text": _text,
    "heading": _heading,
    "image": _image,
    "button": _button,
    "quote": _quote,
    "divider": _divider,
}


def absolute(address: str, tenant: TenantFacts) -> str:
    return tenant.absolute_url(address) if address.startswith("/") and not address.startswith("//") else address


def privacy_url() -> str:
    return require_tenant().absolute_url(PRIVACY_PATH)


def strip_fields(text: str) -> str:
    """For where nothing is filled in: the title of a preview, a list of messages."""
    return MARK.sub("", mark(text)).strip()


def _marked_html(text: str) -> SafeString:
    return mark_safe(escape(mark(text), quote=False))  # noqa: S308 -- escaped; markers hold no markup
