"""The two mails of one message: as it is, and for whoever agreed to be measured with a picture and links of her own.

The plain-text part stays as it is in both: whoever reads it reads addresses, and sees where they lead.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from html import escape

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from messaging.email.look import Look
from messaging.email.merge import OPEN, marker
from messaging.email.mime import Written
from messaging.email.richtext import links_in
from messaging.measuring.addresses import AddressMaker
from tenants.context import require_tenant
from tenants.office.profile import campaign_profile

# Private-use characters around the sentence that says that nothing is measured, as a message is kept.
BEGIN, END = "\ue002", "\ue003"
NOTE = re.compile(f"{BEGIN}[^{END}]*{END}")
PICTURE, LINK = "measured_picture", "measured_link_"
PIXEL = f'<img src="{marker(PICTURE)}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">'


def links_of(written: Written, *, but: str) -> list[str]:
    """Those that can be measured: web addresses without a field in them, but for the one of the privacy page."""
    found = links_in(written.html)
    return [one for one in found if one.startswith(("https://", "http://")) and OPEN not in one and one != but]


def can_be_measured(written: Written) -> bool:
    """A message kept by an older version has no place for the way out, so it goes out as it is."""
    return bool(NOTE.search(written.html) and NOTE.search(written.text))


def unmeasured(written: Written) -> Written:
    return replace(written, html=_bare(written.html), text=_bare(written.text))


def without_note(written: Written) -> Written:
    """In a browser: that page measures nothing, and says nothing of what the mail does."""
    return replace(written, html=NOTE.sub("", written.html), text=NOTE.sub("", written.text))


def measured(written: Written, links: Mapping[int, str]) -> Written:
    html = written.html
    for number, address in links.items():
        html = html.replace(f'href="{escape(address)}"', f'href="{marker(f"{LINK}{number}")}"')
    with translation.override(require_tenant().language):
        way_out = {
            "s": Look.of(campaign_profile().color).styles,
            "unsubscribe_url": mark_safe(marker("unsubscribe_url")),  # noqa: S308 -- a marker
        }
        note = render_to_string("email/mail/measured.html", way_out).strip()
        text = render_to_string("email/mail/measured.txt", way_out).strip()
    html = NOTE.sub(lambda _found: note, html).replace("</body>", f"{PIXEL}\n</body>")
    return replace(written, html=html, text=NOTE.sub(lambda _found: text, written.text))


def measured_values(maker: AddressMaker, delivery_id: int, links: Mapping[int, str]) -> dict[str, str]:
    values = {f"{LINK}{number}": maker.link(delivery_id, number) for number in links}
    return {**values, PICTURE: maker.picture(delivery_id)}


def _bare(text: str) -> str:
    return text.replace(BEGIN, "").replace(END, "")
