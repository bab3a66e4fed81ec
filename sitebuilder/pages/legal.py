"""The legal notice and the privacy page, from the campaign's profile. What is missing is said, never made up."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sitebuilder.themes.chrome import Link
from tenants.enums import TenantKind
from tenants.facts import TenantFacts
from tenants.office.models import CampaignProfile
from tenants.residency.places import country_label, country_of_region

NOTICE, PRIVACY = "notice", "privacy"
BODIES = {TenantKind.PARTY, TenantKind.UNION, TenantKind.NGO, TenantKind.ASSOCIATION}


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    is_email: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    facts: tuple[Fact, ...] = ()
    paragraphs: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


def sections(key: str, *, profile: CampaignProfile, tenant: TenantFacts) -> list[Section]:
    return notice(profile, tenant) if key == NOTICE else privacy(profile, tenant)


def notice(profile: CampaignProfile, tenant: TenantFacts) -> list[Section]:
    found = [
        Section(
            _("Publisher"),
            (
                Fact(_("Published by"), profile.publisher_name),
                Fact(_("Address"), profile.publisher_address),
                Fact(_("E-mail"), profile.publisher_email, is_email=True),
                Fact(_("Phone"), profile.publisher_phone),
                Fact(_("Publication director"), profile.publication_director),
            ),
        ),
        Section(_("Host"), (Fact(_("Hosted by"), profile.host_text), Fact(_("Data kept in"), _region(tenant)))),
    ]
    if profile.kind == TenantKind.CANDIDATE:
        found.append(Section(_("Campaign finance"), _finance(profile)))
    found.append(
        Section(
            _("Intellectual property"),
            paragraphs=(
                _("The texts and pictures of this site belong to %(name)s, unless it is said otherwise.")
                % {"name": profile.display_name},
                _("Drawings: made for Isoloir. Fonts: SIL Open Font License 1.1."),
            ),
        )
    )
    return found


def privacy(profile: CampaignProfile, tenant: TenantFacts) -> list[Section]:
    name = profile.display_name
    return [
        Section(
            _("Who answers for your data"),
            (
                Fact(_("Controller"), profile.publisher_name),
                Fact(_("Address"), profile.publisher_address),
                Fact(_("Contact for your data"), profile.dpo_email or profile.publisher_email, is_email=True),
            ),
        ),
        Section(
            _("What we keep, and why"),
            paragraphs=(
                _(
                    "When you sign up we keep your e-mail address, and what you choose to add: name, postcode, mobile number. Only the e-mail address is required."
                ),
                _("It serves to record that you joined %(name)s, and to send you the news that you ticked.")
                % {"name": name},
                _(
                    "To support a campaign says a political, trade-union or philosophical opinion. Such data is specially protected (article 9 of the GDPR)."
                ),
                _basis(profile),
            ),
        ),
        Section(
            _("Who sees it"),
            (Fact(_("Data kept in"), _region(tenant)),),
            (
                _("The team of %(name)s, and its processor Isoloir, which hosts the data and acts on its orders only.")
                % {"name": name},
                _("Nothing is sold, lent or sent outside the European Union."),
            ),
            (Link(_("Where is my data?"), reverse("places")),),
        ),
        Section(_("How long"), (Fact(_("Kept for"), profile.retention_text),)),
        Section(
            _("Your rights"),
            paragraphs=(
                _(
                    "You may see your data, correct it, take it with you, have it erased, restrict its use, or object to it. Write to the contact above: we answer within a month."
                ),
                _("You may take back a consent at any time: every message has a link for it, and one click is enough."),
                _("You may say what should become of your data after your death."),
                _("If you think that we do wrong, you may complain to the CNIL (cnil.fr)."),
            ),
        ),
        *_measuring(profile),
        Section(
            _("Cookies"),
            paragraphs=(_("This site sets no cookie and uses no tracker. It loads nothing from anyone else."),),
        ),
    ]


def _measuring(profile: CampaignProfile) -> tuple[Section, ...]:
    if not profile.measures_messages:
        return ()
    told = (
        _(
            "If you agreed to it apart, and only then, our e-mails to you hold an invisible picture and links that pass through this site: we see whether you opened them and which links you followed."
        ),
        _(
            "You may stop it in each of these e-mails and keep receiving them: what was measured of you is then deleted."
        ),
        _("It is deleted after thirteen months in any case."),
    )
    return (Section(_("What is measured in our e-mails"), paragraphs=told),)


def _basis(profile: CampaignProfile) -> str:
    if profile.kind in BODIES:
        return _(
            "We may keep it because you consent to it, or because you are a member of ours or in regular contact with us (article 9.2.a and d). Messages are sent only for the boxes that you ticked."
        )
    return _(
        "We may keep it because you consent to it (article 9.2.a). Messages are sent only for the boxes that you ticked."
    )


def _finance(profile: CampaignProfile) -> tuple[Fact, ...]:
    on: Any = profile.financial_agent_designated_on
    return (
        Fact(_("Financial agent"), profile.financial_agent_name),
        Fact(_("Designated on"), date_format(on, "DATE_FORMAT") if on else ""),
    )


def _region(tenant: TenantFacts) -> str:
    return _("%(country)s (European Union)") % {"country": country_label(country_of_region(tenant.region))}
