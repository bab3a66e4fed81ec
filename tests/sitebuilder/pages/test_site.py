"""What surrounds the pages: heads, robots, icons, cards, what is not found."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from sitebuilder.pages.models import ContentPage, HomePage
from sitebuilder.pages.starter import block, item
from sitebuilder.themes.models import Appearance
from tenants.facts import TenantFacts
from tenants.office.profile import campaign_profile

NASTY = '<script>alert("x")</script>'


def publish(stream: list[dict[str, object]]) -> None:
    home = HomePage.objects.get()
    home.body = [*home.body.raw_data[:1], *stream]
    home.save()


def test_every_page_says_its_language_and_lets_one_skip_to_the_content(site: Client, tenant: TenantFacts) -> None:
    html = site.get("/").content.decode()

    assert '<html lang="fr"' in html
    assert '<a class="skip" href="#contenu">' in html
    assert 'id="contenu"' in html


@pytest.mark.parametrize("path", ["/", "/qui-sommes-nous/", "/mentions-legales/", "/merci/", "/inscription/"])
def test_no_page_asks_anything_of_anyone_else(site: Client, tenant: TenantFacts, path: str) -> None:
    html = site.get(path).content.decode()

    loaded = re.findall(r'<(?:link|script|img|iframe|source)\b[^>]*(?:href|src)="([^"]+)"', html)
    assert [url for url in loaded if not url.startswith(("/", tenant.absolute_url("/")))] == []
    assert "<script" not in html
    assert not re.search(r"<[^>]+\sstyle=", html)


def test_the_home_page_is_light(site: Client, tenant: TenantFacts) -> None:
    html = site.get("/")
    css_url = re.findall(r'rel="stylesheet" href="([^"]+)"', html.content.decode())[0]
    css = site.get(css_url)

    assert len(html.content) < 40_000
    assert len(css.content) < 40_000
    assert "immutable" in css["Cache-Control"]


def test_an_old_version_of_the_stylesheet_is_not_kept_for_a_year(site: Client, tenant: TenantFacts) -> None:
    assert "immutable" not in site.get("/theme.css?v=abc")["Cache-Control"]


def test_what_the_team_writes_is_text_in_every_block(site: Client, tenant: TenantFacts) -> None:
    publish(
        [
            block("quote", {"tone": "ink", "text": NASTY, "author": NASTY, "context": NASTY}),
            block(
                "proposals",
                {"tone": "paper", "menu": NASTY, "title": NASTY, "proposals": [item({"title": NASTY, "text": NASTY})]},
            ),
            block(
                "questions",
                {"tone": "paper", "title": NASTY, "questions": [item({"question": NASTY, "answer": NASTY})]},
            ),
            block(
                "team",
                {"tone": "paper", "title": NASTY, "people": [item({"name": NASTY, "line": NASTY, "drawing": "b1"})]},
            ),
            block(
                "news",
                {
                    "tone": "paper",
                    "title": NASTY,
                    "stories": [item({"title": NASTY, "text": NASTY, "alt": NASTY, "drawing": "marche"})],
                },
            ),
            block("text", {"tone": "paper", "title": NASTY, "text": "<p>Clean</p>"}),
            block("counters", {"tone": "paper", "counters": [item({"label": NASTY, "source": "typed", "typed": 5})]}),
            block("share", {"tone": "soft", "title": NASTY, "message": NASTY}),
            block("join", {"tone": "brand", "title": NASTY, "button": NASTY}),
        ]
    )
    profile = campaign_profile()
    profile.display_name = NASTY
    profile.save()

    html = site.get("/").content.decode()

    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_color_of_a_campaign_never_breaks_out_of_the_stylesheet(site: Client, tenant: TenantFacts) -> None:
    profile = campaign_profile()
    profile.color = "#1b34c4"
    profile.save()

    assert "--hue:#1b34c4" in site.get("/theme.css").content.decode()


def test_counted_supporters_are_counted(site: Client, tenant: TenantFacts) -> None:
    publish(
        [
            block(
                "counters",
                {"tone": "paper", "counters": [item({"label": "soutiens", "source": "supporters", "minimum": 0})]},
            )
        ]
    )

    assert "<dt>soutiens</dt><dd>0</dd>" in site.get("/").content.decode()


def test_pages_are_drawn_for_those_who_share_them(site: Client, tenant: TenantFacts) -> None:
    html = site.get("/qui-sommes-nous/").content.decode()
    url = re.findall(r'property="og:image" content="([^"]+)"', html)[0]

    card = site.get(url.removeprefix(tenant.absolute_url("")))

    assert card["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(card.content)).size == (1200, 630)


@pytest.mark.parametrize(
    ("theme", "ground"), [("affiche", (27, 52, 196)), ("tract", (255, 255, 255)), ("quartier", (205, 210, 242))]
)
def test_the_card_is_drawn_in_the_theme(site: Client, tenant: TenantFacts, theme: str, ground: tuple[int, ...]) -> None:
    profile = campaign_profile()
    profile.color = "#1b34c4"
    profile.save()
    Appearance.objects.update_or_create(defaults={"theme": theme})

    card = Image.open(io.BytesIO(site.get(f"/cartes/{HomePage.objects.get().pk}.png").content))

    assert card.size == (1200, 630)
    assert card.getpixel((4, 300)) == ground


def test_a_new_look_gives_the_card_a_new_address(
    site: Client, tenant: TenantFacts, django_capture_on_commit_callbacks: Any
) -> None:
    def address() -> str:
        return str(re.findall(r'property="og:image" content="([^"]+)"', site.get("/").content.decode())[0])

    before = address()
    with django_capture_on_commit_callbacks(execute=True):
        Appearance.objects.update_or_create(defaults={"theme": "tract"})

    assert address() != before


def test_a_page_that_is_not_public_has_no_card(site: Client, tenant: TenantFacts) -> None:
    page = ContentPage.objects.get()
    page.unpublish()

    assert site.get(f"/cartes/{page.pk}.png").status_code == 404


def test_robots_are_kept_out_of_the_office_and_told_the_map(site: Client, tenant: TenantFacts) -> None:
    robots = site.get("/robots.txt").content.decode()

    assert "Disallow: /bureau/" in robots
    assert tenant.absolute_url("/sitemap.xml") in robots


def test_the_site_map_lists_the_public_pages(site: Client, tenant: TenantFacts) -> None:
    places = re.findall(r"<loc>([^<]+)</loc>", site.get("/sitemap.xml").content.decode())

    assert tenant.absolute_url("/") in places
    assert tenant.absolute_url("/mentions-legales/") in places
    assert tenant.absolute_url("/merci/") not in places


def test_the_icon_wears_the_color(site: Client, tenant: TenantFacts) -> None:
    icon = site.get("/favicon.ico")

    assert icon["Content-Type"] == "image/svg+xml"
    assert "#ff4a17" in icon.content.decode()


def test_what_is_not_there_is_said_in_the_theme(site: Client, tenant: TenantFacts) -> None:
    answer = site.get("/nothing-here/")

    assert answer.status_code == 404
    assert 'data-theme="affiche"' in answer.content.decode()
    assert tenant.name in answer.content.decode()
