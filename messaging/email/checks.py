"""What is verified before a message may leave. A failed check says how to mend it; advice does not stop anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging.deliveries.audience import rests_on_opinions
from messaging.deliveries.enums import LegalClass
from messaging.email.merge import unknown_fields
from messaging.email.mime import Written, ascii_address
from messaging.email.models import Message
from messaging.email.richtext import links_in
from tenants.office.models import CampaignProfile

GMAIL_CUTS_AT = 100_000
SHORT_SUBJECT = 45  # what a phone shows


@dataclass(frozen=True, slots=True)
class Check:
    state: str  # good, advice or stop
    text: str
    setting: str = ""  # where it is mended, in words, and the address: both or neither
    address: str = ""

    @property
    def icon(self) -> str:
        return {"good": "iso-circle-check", "advice": "iso-triangle-alert", "stop": "iso-circle-x"}[self.state]

    @property
    def tone(self) -> str:
        return {"good": "oui", "advice": "att", "stop": "non"}[self.state]

    @property
    def word(self) -> str:
        return {"good": _("Good:"), "advice": _("Advice:"), "stop": _("To mend:")}[self.state]


def checks_of(message: Message, written: Written, profile: CampaignProfile, kind: LegalClass) -> list[Check]:
    return [
        *_envelope(message, written),
        *_content(message, written, profile),
        *_links(written),
        *_law(message, written, profile, kind),
    ]


def may_leave(checks: list[Check]) -> bool:
    return all(check.state != "stop" for check in checks)


def _envelope(message: Message, written: Written) -> Iterator[Check]:
    if not message.subject.strip():
        yield Check("stop", _("Write a subject."))
    elif len(message.subject) > SHORT_SUBJECT:
        yield Check(
            "advice", _("The subject is long: a phone shows its first %(count)s characters.") % {"count": SHORT_SUBJECT}
        )
    else:
        yield Check("good", _("The subject shows whole on a phone."))
    if not ascii_address(written.from_address):
        yield Check("stop", _("The sender's address cannot be used."))
    elif not written.reply_to:
        words = _("Nobody reads the replies: give a reply address in the settings of the campaign.")
        yield Check("advice", words, _("Settings, Sending"), reverse("office:settings_section", args=["envoi"]))
    else:
        yield Check(
            "good",
            _("Sender: %(name)s, replies to %(address)s.") % {"name": written.from_name, "address": written.reply_to},
        )


def _content(message: Message, written: Written, profile: CampaignProfile) -> Iterator[Check]:
    if not message.body and not message.is_request:
        yield Check("stop", _("The message is empty: add a text."))
    texts = [message.subject, message.preheader, written.text]
    wrong = [field for text in texts for field in unknown_fields(text)]
    if wrong:
        yield Check("stop", _("These fields are unknown: %(fields)s.") % {"fields": ", ".join(dict.fromkeys(wrong))})
    missing = sum(1 for block in message.body if block.block_type == "image" and not block.value["alt"])
    if missing:
        words = ngettext(
            "One picture says nothing to those who do not see it.",
            "%(count)s pictures say nothing to those who do not see them.",
            missing,
        )
        yield Check("advice", words % {"count": missing})
    size = len(written.html.encode())
    if size > GMAIL_CUTS_AT:
        yield Check(
            "advice", _("The message weighs %(size)s kB: some mailboxes cut it after 100 kB.") % {"size": size // 1000}
        )
    else:
        words = _("The message weighs %(size)s kB, without any tracking.")
        if profile.measures_messages and not message.is_request:
            words = _("The message weighs %(size)s kB. It is measured for those who agreed to it, and for nobody else.")
        yield Check("good", words % {"size": max(1, size // 1000)})


def _links(written: Written) -> Iterator[Check]:
    links = [link for link in links_in(written.html) if link.startswith(("http://", "https://"))]
    wrong = [link for link in links if not urlsplit(link).hostname]
    if wrong:
        yield Check("stop", _("This link leads nowhere: %(link)s") % {"link": wrong[0]})
    elif links:
        words = ngettext("The link is a whole address.", "The %(count)s links are whole addresses.", len(links))
        yield Check("good", words % {"count": len(links)})


def _law(message: Message, written: Written, profile: CampaignProfile, kind: LegalClass) -> Iterator[Check]:
    if "unsubscribe_url" in written.html and "unsubscribe_url" in written.text:
        yield Check("good", _("Everybody can unsubscribe in one click."))
    else:
        yield Check("stop", _("The unsubscribe link is missing."))
    lacking = [label for label, value in _notice(profile) if not value]
    if lacking:
        yield Check(
            "stop",
            _("Fill in the campaign's settings, the law wants it at the foot of each message: %(what)s.")
            % {"what": ", ".join(lacking)},
            _("Settings, Legal notice"),
            reverse("office:settings_section", args=["mentions"]),
        )
    else:
        yield Check("good", _("The legal notice is complete."))
    if kind == LegalClass.SELECTED and message.segment and rests_on_opinions(message.segment.criteria):
        yield Check(
            "stop",
            _("This segment chooses people by an opinion: the law never allows it for a political message on line."),
        )


def _notice(profile: CampaignProfile) -> list[tuple[str, str]]:
    return [
        (_("the name of the campaign"), profile.display_name),
        (_("who publishes"), profile.publisher_name),
        (_("the publisher's address"), profile.publisher_address),
    ]
