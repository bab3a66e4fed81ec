"""The pages that every campaign starts with: filled from its name, kind and language, live at once, and safe to run again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Page, Site

from sitebuilder.pages import starter_texts as texts
from sitebuilder.pages.models import ContentPage, HomePage, LegalNoticePage, PrivacyPage, SitePage, ThanksPage
from sitebuilder.pages.pagecache import start_generation
from sitebuilder.themes.drawings import Cutout
from tenants.context import require_tenant
from tenants.facts import TenantFacts
from tenants.office.models import CampaignProfile
from tenants.office.profile import campaign_profile


@dataclass(frozen=True, slots=True)
class StarterPage:
    model: type[SitePage]
    slug: str
    build: Callable[[CampaignProfile], dict[str, Any]]


@transaction.atomic
def create_starter_pages(*, tenant: TenantFacts, now: datetime) -> None:
    """The provisioning step `pages`. A page that is there, by its slug, is the campaign's and is left alone."""
    with override(tenant.language):
        profile = campaign_profile()
        home = HomePage.objects.first() or _create_home(profile, now)
        taken = set(home.get_children().values_list("slug", flat=True))
        for page in STARTER_PAGES:
            if page.slug not in taken:
                fields = {**page.build(profile), "slug": page.slug, "live": True, **_dates(now)}
                home.add_child(instance=page.model(**fields))
    _point_site(tenant, home)
    start_generation()


def block(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid4())}


def item(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "item", "value": value, "id": str(uuid4())}


def _create_home(profile: CampaignProfile, now: datetime) -> HomePage:
    root = Page.get_first_root_node()
    home = HomePage(title=profile.display_name, slug="accueil", body=home_body(profile), live=True, **_dates(now))
    home.search_description = profile.tagline or texts.lead(profile.kind)
    root.add_child(instance=home)
    return home


def home_body(profile: CampaignProfile) -> list[dict[str, Any]]:
    words = texts.for_kind(profile.kind)
    return [
        block(
            "hero",
            {
                "tone": "brand",
                "eyebrow": profile.election_label or words.eyebrow,
                "title": profile.tagline or profile.display_name,
                "name": profile.candidate_name or (profile.display_name if profile.tagline else ""),
                "role": "",
                "lead": words.lead,
                "drawing": Cutout.TOGETHER.value,
                "treatment": "cutout",
                "form_title": _("Join us"),
                "button": _("I’m in"),
            },
        ),
        block("counters", {"tone": "paper", "counters": [item(one) for one in texts.counters(profile.kind)]}),
        block(
            "proposals",
            {
                "tone": "paper",
                "menu": words.proposals_menu,
                "eyebrow": words.proposals_menu,
                "title": words.proposals_title,
                "proposals": [item({"title": title, "text": text}) for title, text in words.proposals],
            },
        ),
        block("quote", {"tone": "ink", "text": words.quote, "author": profile.display_name}),
        block(
            "questions",
            {
                "tone": "paper",
                "menu": _("Questions"),
                "eyebrow": _("Questions"),
                "title": _("People often ask"),
                "questions": [
                    item({"question": question, "answer": answer}) for question, answer in texts.questions(profile)
                ],
            },
        ),
        block("join", {"tone": "brand", "title": _("Your turn. Speak up"), "button": _("Join the campaign")}),
    ]


def _about(profile: CampaignProfile) -> dict[str, Any]:
    words = texts.for_kind(profile.kind)
    body = [
        block("text", {"tone": "paper", "title": "", "text": "".join(f"<p>{line}</p>" for line in words.about)}),
        block("join", {"tone": "brand", "title": _("Come with us"), "button": _("Join the campaign")}),
    ]
    return {"title": _("Who we are"), "intro": words.lead, "body": body, "show_in_menus": True}


def _notice(profile: CampaignProfile) -> dict[str, Any]:
    return {"title": _("Legal notice")}


def _privacy(profile: CampaignProfile) -> dict[str, Any]:
    return {"title": _("Your data"), "intro": _("What we keep, why, for how long, and how to take it back.")}


def _thanks(profile: CampaignProfile) -> dict[str, Any]:
    return {
        "title": _("Thank you"),
        "intro": _("You are with us. It is written down, and nothing will be sent to you but what you ticked."),
        "share_title": _("Now pass the word on"),
        "share_intro": _("Three friends who join count for more than a poster."),
        "share_message": _("I have joined %(name)s. And you?") % {"name": profile.display_name},
    }


STARTER_PAGES = (
    StarterPage(ContentPage, "qui-sommes-nous", _about),
    StarterPage(ThanksPage, "merci", _thanks),
    StarterPage(LegalNoticePage, "mentions-legales", _notice),
    StarterPage(PrivacyPage, "vos-donnees", _privacy),
)


def _point_site(tenant: TenantFacts, home: HomePage) -> None:
    """Wagtail's site: one for each campaign, whatever host asks (the tenant was found from it already)."""
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={"hostname": tenant.primary_host, "port": 80, "root_page": home, "site_name": tenant.name},
    )


def follow_address() -> None:
    """The tenant lives elsewhere now: no kept page may tell the former address."""
    site = Site.objects.get(is_default_site=True)
    site.hostname = require_tenant().primary_host
    site.save()
    start_generation()


def _dates(now: datetime) -> dict[str, datetime]:
    return {"first_published_at": now, "last_published_at": now}
