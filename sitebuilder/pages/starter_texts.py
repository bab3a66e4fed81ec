"""The words of the starter pages, by kind of campaign: true of any campaign on its first day, to be made one's own."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tenants.enums import TenantKind
from tenants.office.models import CampaignProfile


@dataclass(frozen=True, slots=True)
class Words:
    eyebrow: str
    lead: str
    proposals_menu: str
    proposals_title: str
    proposals: tuple[tuple[str, str], ...]
    quote: str
    about: tuple[str, ...]


def for_kind(kind: str) -> Words:
    if kind in (TenantKind.CANDIDATE, TenantKind.PARTY):
        return _candidate()
    if kind == TenantKind.ELECTED:
        return _elected()
    if kind == TenantKind.UNION:
        return _union()
    return _association()


def lead(kind: str) -> str:
    return for_kind(kind).lead


def counters(kind: str) -> list[dict[str, Any]]:
    """Counted, and hidden until there is something to show."""
    label = _("people have joined us") if kind != TenantKind.UNION else _("colleagues have joined us")
    return [{"label": label, "source": "supporters", "minimum": 100}]


def questions(profile: CampaignProfile) -> list[tuple[str, str]]:
    found = [
        (
            _("How can I help?"),
            _(
                "Join us with your e-mail and your postcode. Somebody near you will tell you what is needed, an hour or a month."
            ),
        ),
        (
            _("What will I receive?"),
            _("Only what you tick: the news by e-mail, a text message now and then. Nothing if you tick nothing."),
        ),
        (
            _("How do I stop the messages?"),
            _("Every message ends with a link. One click is enough, and it holds for good."),
        ),
    ]
    if profile.kind in (TenantKind.CANDIDATE, TenantKind.PARTY):
        found.append(
            (
                _("Who pays for the campaign?"),
                _(
                    "People, and people alone: companies have no right to give to a campaign. The accounts are checked and published."
                ),
            )
        )
    found.append(
        (
            _("How do I have my data erased?"),
            _(
                "Write to the address on the page “Your data”. We answer within a month, and you receive a confirmation."
            ),
        )
    )
    return found


def _candidate() -> Words:
    return Words(
        eyebrow=_("The campaign begins"),
        lead=_(
            "A campaign is first of all people who talk to each other. Come as you are, with what you know and the time you have."
        ),
        proposals_menu=_("Our commitments"),
        proposals_title=_("How we shall campaign"),
        proposals=(
            (
                _("Listen before we promise"),
                _("Door to door, on the markets, in the evening: we start from what you live."),
            ),
            (
                _("Say what it costs"),
                _("Each proposal will come with its price, its date, and the name of who answers for it."),
            ),
            (_("Decide together"), _("The groups write the program, and those who sign it have read it.")),
            (_("Report back"), _("What is done, what is not, and why: in public, at fixed dates.")),
        ),
        quote=_("We are not asking you to believe us. We are asking you to come and see."),
        about=(
            _("We live here. Some of us have campaigned before, many never have."),
            _(
                "What brings us together: the wish to decide on what concerns us, and to be told the truth about what it costs."
            ),
            _(
                "This page will soon say who we are, one by one. In the meantime, the simplest way to know us is to come and talk."
            ),
        ),
    )


def _elected() -> Words:
    return Words(
        eyebrow=_("Elected by you, for you"),
        lead=_("A term of office is lived in public. Here is what I do with mine, and how to have your say."),
        proposals_menu=_("My method"),
        proposals_title=_("How I work"),
        proposals=(
            (_("Be there"), _("Open hours, visits, public meetings: no need to know anybody to be received.")),
            (_("Answer"), _("Every letter gets an answer, even when the answer is no.")),
            (_("Explain my votes"), _("For or against, and why, in words that everyone understands.")),
            (_("Report back"), _("What is done, what is not, and what it cost, at fixed dates.")),
        ),
        quote=_("You do not owe me your trust. I owe you my accounts."),
        about=(
            _("I was elected to speak for those who live here, those who voted for me and the others."),
            _("This page will soon tell what I have done since. In the meantime, write to me or come and see me."),
        ),
    )


def _union() -> Words:
    return Words(
        eyebrow=_("Together at work"),
        lead=_(
            "Alone one asks, together one obtains. Join your colleagues: it is free to take part, and it stays between us."
        ),
        proposals_menu=_("What we defend"),
        proposals_title=_("What we defend"),
        proposals=(
            (_("Pay that keeps up"), _("Wages follow prices, and the same work earns the same pay.")),
            (_("Hours that leave time to live"), _("Schedules known in advance, rest that is really rest.")),
            (_("Health first"), _("Work that does not make ill, and a say in how it is done.")),
            (_("Nobody alone"), _("A summons, a doubt, a conflict: somebody comes with you.")),
        ),
        quote=_("What we have, we obtained. What we want, we shall obtain together."),
        about=(
            _("We are employees, as you are. We are elected by our colleagues, and report to them."),
            _("This page will soon say who we are, site by site. In the meantime, come and talk to us."),
        ),
    )


def _association() -> Words:
    return Words(
        eyebrow=_("Together"),
        lead=_("We are those who do not wait for somebody else to do it. There is room for you, an hour or a year."),
        proposals_menu=_("What we do"),
        proposals_title=_("What we do"),
        proposals=(
            (_("Act on the ground"), _("Concrete, close to people, where it is needed.")),
            (_("Make it known"), _("What we see deserves to be told: we document, and we speak up.")),
            (_("Bear on decisions"), _("Those who decide hear us, with facts and with numbers.")),
            (_("Make room"), _("Everyone has something to bring: we help you find your place.")),
        ),
        quote=_("Nothing changes by itself. It changes because we set about it."),
        about=(
            _("We are an open group: people of all ages and trades, who give what time they have."),
            _("This page will soon say who we are and where we meet. In the meantime, join us."),
        ),
    )
