from collections.abc import Iterator
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from sitebuilder.pages import legal
from sitebuilder.pages.blocks.base import RICH_TEXT
from sitebuilder.pages.blocks.streams import ContentStream, HomeStream
from sitebuilder.pages.cards import card_path
from sitebuilder.pages.pagecache import keep
from sitebuilder.pages.panels import MissingFactsPanel
from sitebuilder.themes.queries import current_look
from tenants.context import require_tenant
from tenants.office.profile import campaign_profile

FORM_BLOCKS = ("hero", "signup", "join")
SETTINGS_PANELS = [
    MultiFieldPanel(
        [
            FieldPanel("slug", heading=_("End of the address")),
            FieldPanel("show_in_menus", heading=_("Show in the menu")),
        ],
        _("Address and menu"),
    ),
    MultiFieldPanel(
        [
            FieldPanel("seo_title", heading=_("Title in search engines")),
            FieldPanel("search_description", heading=_("Description in search engines and shared links")),
        ],
        _("Search engines and sharing"),
    ),
]


def tabs(*content: Any) -> TabbedInterface:
    """Two tabs that say what is in them."""
    return TabbedInterface(
        [
            ObjectList(list(content), heading=_("Content")),
            ObjectList(SETTINGS_PANELS, heading=_("Address, menu and sharing")),
        ]
    )


def drawings_in(raw: Any) -> Iterator[str]:
    """The names of the drawings that a stream asks for, wherever they stand in it."""
    if isinstance(raw, dict):
        if raw.get("drawing") and not raw.get("image"):
            yield str(raw["drawing"])
        raw = list(raw.values())
    if isinstance(raw, list):
        for part in raw:
            yield from drawings_in(part)


class SitePage(Page):
    """A page of a campaign's site: in its theme, kept by the page cache unless it is private."""

    class Meta:
        abstract = True

    @property
    def drawings(self) -> list[str]:
        body = getattr(self, "body", None)
        return list(dict.fromkeys(drawings_in(list(body.raw_data)))) if body is not None else []

    @property
    def head_title(self) -> str:
        return self.seo_title or f"{self.title} – {campaign_profile().display_name}"

    @property
    def join_anchor(self) -> str:
        """Where the first form of the page stands; empty when it has none."""
        for number, block in enumerate(getattr(self, "body", None) or (), start=1):
            if block.block_type in FORM_BLOCKS:
                return f"#inscription-{number}-t"
        return ""

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        tenant = require_tenant()
        context["page_url"] = tenant.absolute_url(self.get_url(request) or "/")
        context["card_url"] = tenant.absolute_url(card_path(self, current_look()))
        return context

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().serve(request, *args, **kwargs)
        if not self.get_view_restrictions():
            keep(response)
        return response


class HomePage(SitePage):
    body = StreamField(HomeStream(), verbose_name=_("Blocks"), blank=True)

    edit_handler = tabs(
        FieldPanel(
            "title",
            heading=_("Name of the page"),
            help_text=_("For the team and the browser’s tab. The large title stands in the block Opening."),
        ),
        FieldPanel("body"),
    )
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = [
        "pages.ContentPage",
        "pages.LegalNoticePage",
        "pages.PrivacyPage",
        "pages.ThanksPage",
    ]
    max_count = 1

    class Meta:
        verbose_name = _("home page")

    @property
    def head_title(self) -> str:
        return self.seo_title or campaign_profile().display_name


class ContentPage(SitePage):
    page_description = _("A page with blocks: the program, who we are, a place, a theme.")
    eyebrow = models.CharField(_("small line above the title"), max_length=60, blank=True)
    intro = models.TextField(_("introduction"), max_length=400, blank=True)
    body = StreamField(ContentStream(), verbose_name=_("Blocks"), blank=True)

    edit_handler = tabs(
        FieldPanel("eyebrow"),
        FieldPanel("title"),
        FieldPanel("intro"),
        FieldPanel("body"),
    )
    parent_page_types: ClassVar[list[str]] = ["pages.HomePage", "pages.ContentPage"]
    subpage_types: ClassVar[list[str]] = ["pages.ContentPage"]

    class Meta:
        verbose_name = _("page")


class LegalPage(SitePage):
    """Rendered from the campaign's profile each time: the law's answers are never a copy that grows old."""

    intro = models.TextField(_("introduction"), max_length=400, blank=True)
    extra = RichTextField(_("anything to add"), features=RICH_TEXT, blank=True)

    parent_page_types: ClassVar[list[str]] = ["pages.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    max_count = 1
    facts_key = ""

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["sections"] = legal.sections(self.facts_key, profile=campaign_profile(), tenant=require_tenant())
        return context


class LegalNoticePage(LegalPage):
    page_description = _("Who publishes the site, as the law asks. Filled from the settings of the campaign.")
    template = "pages/legal_page.html"
    facts_key = legal.NOTICE
    edit_handler = tabs(
        FieldPanel("title"),
        MissingFactsPanel(legal.NOTICE, heading=_("From the settings of the campaign")),
        FieldPanel("intro"),
        FieldPanel("extra"),
    )

    class Meta:
        verbose_name = _("legal notice")


class PrivacyPage(LegalPage):
    page_description = _("What becomes of people's data. Filled from the settings of the campaign.")
    template = "pages/legal_page.html"
    facts_key = legal.PRIVACY
    edit_handler = tabs(
        FieldPanel("title"),
        MissingFactsPanel(legal.PRIVACY, heading=_("From the settings of the campaign")),
        FieldPanel("intro"),
        FieldPanel("extra"),
    )

    class Meta:
        verbose_name = _("privacy page")


class ThanksPage(SitePage):
    """After a sign-up: thanks, and the links to share. With `?moi=<code>` the links carry the supporter's code."""

    intro = models.TextField(_("introduction"), max_length=400, blank=True)
    share_title = models.CharField(_("title of the sharing part"), max_length=120)
    share_intro = models.TextField(_("why to share"), max_length=300, blank=True)
    share_message = models.TextField(
        _("prepared message"), max_length=240, blank=True, help_text=_("Goes with the link. People may change it.")
    )

    edit_handler = tabs(
        FieldPanel("title"),
        FieldPanel("intro"),
        MultiFieldPanel(
            [FieldPanel("share_title"), FieldPanel("share_intro"), FieldPanel("share_message")], _("Sharing")
        ),
    )
    parent_page_types: ClassVar[list[str]] = ["pages.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    max_count = 1

    class Meta:
        verbose_name = _("thank-you page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["code"] = request.GET.get("moi", "")
        return context
