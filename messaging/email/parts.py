"""The parts of a mail's body, and those of the one message whose words are fixed."""

from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from messaging.email.look import Look
from messaging.email.merge import mark, marker

NOTHING = SafeString()


@dataclass(frozen=True, slots=True)
class Part:
    kind: str
    html: SafeString = NOTHING
    text: str = ""
    url: str = ""
    who: str = ""
    alt: str = ""


def request_subject(campaign: str) -> str:
    """In the language that is active: that of the campaign."""
    return _("May %(campaign)s write to you?") % {"campaign": campaign}


def request_parts(look: Look, campaign: str) -> list[Part]:
    """Who asks, what for, that it is once, one button, and the way never to hear of it again."""
    words = {"campaign": campaign}
    sentences = [
        mark(_("Hello {{ first name }},")),
        _("%(campaign)s wishes to send you its news by e-mail. That takes your agreement.") % words,
        _("We ask you once. If you do not answer, you will receive no other message from us.") % words,
    ]
    after = _("You can change your mind whenever you wish, by the link at the foot of each message.")
    never, link = _("You do not wish to hear of us?"), _("Never write to me again")
    address = mark_safe(marker("unsubscribe_url"))  # noqa: S308 -- a marker
    way_out = f'{escape(never)} <a href="{address}" style="{look.styles["a"]}">{escape(link)}</a>'
    yes = _("Yes, I wish to receive the news")
    return [
        *(_paragraph(escape(each, quote=False), each, look) for each in sentences),
        Part("button", html=mark_safe(escape(yes)), text=yes, url=mark_safe(marker("agree_url"))),  # noqa: S308 -- escaped; a marker
        _paragraph(escape(after), after, look),
        _paragraph(way_out, f"{never} {link}{_(': ')}{address}", look),
    ]


def _paragraph(html: str, text: str, look: Look) -> Part:
    return Part("text", html=mark_safe(f'<p style="{look.styles["p"]}">{html}</p>'), text=text)  # noqa: S308 -- escaped by the callers
