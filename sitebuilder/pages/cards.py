"""The card that stands for a page where its link is shared: drawn in the site's theme, the title as large as it fits."""

import hashlib
import io
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.urls import reverse
from PIL import Image, ImageDraw

from sitebuilder.pages.lettering import Face, letter
from sitebuilder.themes.color import WHITE, Color, ink_for
from sitebuilder.themes.enums import Theme
from sitebuilder.themes.fitting import title_lines, width_in_em
from sitebuilder.themes.palette import INK, Palette, palette_for
from sitebuilder.themes.queries import Look

SIZE = (1200, 630)
MARGIN = 56


def card_path(page: Any, look: Look) -> str:
    """Another address for another card: networks keep what they fetched."""
    version = hashlib.sha256(f"{page.title}\n{look.theme}\n{look.color}".encode()).hexdigest()[:8]
    return f"{reverse('share_card', args=[page.pk])}?v={version}"


@lru_cache(maxsize=128)
def draw_card(*, title: str, name: str, theme: str, color: str) -> bytes:
    """A PNG of 1200 by 630, as the theme would print it: a poster, a leaflet, a street."""
    image = Image.new("RGB", SIZE)
    DRAWERS.get(theme, _draw_affiche)(ImageDraw.Draw(image), title, name, palette_for(theme, color))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw_affiche(draw: ImageDraw.ImageDraw, title: str, name: str, palette: Palette) -> None:
    """The whole card in the campaign's color, the echo of a voice, the title in capitals from edge to edge."""
    surface = Color.parse(palette.tokens.get("--hue", palette.color))
    ink = str(ink_for(surface, INK))
    draw.rectangle((0, 0, *SIZE), fill=str(surface))
    _draw_echo(draw, str(surface.mix(WHITE, 0.18)), width=20)
    lines = title_lines(title, with_picture=False)
    widest = max((width_in_em(line) for line in lines), default=1.0)
    room = SIZE[1] - 3 * MARGIN - 20
    size = int(min((SIZE[0] - 2 * MARGIN) / widest, room / (0.86 * max(1, len(lines))), 260))
    for number, line in enumerate(lines):
        baseline = MARGIN + size * (0.72 + 0.86 * number)
        draw.text((MARGIN, baseline), line.upper(), font=Face.POSTER.font(size), fill=ink, anchor="ls")
    draw.text((MARGIN, SIZE[1] - MARGIN), name.upper(), font=Face.POSTER.font(44), fill=ink, anchor="ls")


def _draw_tract(draw: ImageDraw.ImageDraw, title: str, name: str, palette: Palette) -> None:
    """White paper under a line of the color; the title begins in black and goes on in italics."""
    hue = Color.parse(palette.tokens.get("--hue", palette.color))
    draw.rectangle((0, 0, *SIZE), fill="#ffffff")
    _draw_echo(draw, str(hue.mix(WHITE, 0.9)), width=3)
    draw.rectangle((0, 0, SIZE[0], 20), fill=str(hue))
    room = (SIZE[0] - 2 * MARGIN, SIZE[1] - 20 - 3 * MARGIN - 50)
    lettering = letter(title, Face.SERIF, room=room, leading=1.0, largest=190)
    for number, line in enumerate(lettering.lines):
        face, fill = (Face.SERIF, "#14151b") if number == 0 else (Face.ITALIC, str(hue))
        baseline = 20 + MARGIN + lettering.size * (0.72 + number)
        draw.text((MARGIN, baseline), line, font=face.font(lettering.size), fill=fill, anchor="ls")
    rule = SIZE[1] - MARGIN - 62
    draw.line((MARGIN, rule, SIZE[0] - MARGIN, rule), fill="#14151b", width=2)
    draw.text((MARGIN, SIZE[1] - MARGIN), name, font=Face.ITALIC.font(44), fill=str(hue), anchor="ls")


def _draw_quartier(draw: ImageDraw.ImageDraw, title: str, name: str, palette: Palette) -> None:
    """The sky of the home page, a row of house fronts, the name beside the pin of a map."""
    pine, sky = palette.tokens.get("--pine", palette.color), palette.tokens.get("--sea", "#bfe0dc")
    draw.rectangle((0, 0, *SIZE), fill=sky)
    for left, top, front, window in HOUSES:
        draw.rounded_rectangle(
            (left, top, left + 130, SIZE[1]), radius=34, fill=front, corners=(True, True, False, False)
        )
        for x in (left + 28, left + 76):
            for y in range(top + 36, SIZE[1] - 70, 66):
                draw.rounded_rectangle((x, y, x + 26, y + 38), radius=6, fill=window or pine)
    draw.rectangle((0, SIZE[1] - 18, SIZE[0], SIZE[1]), fill=pine)
    room = (SIZE[0] - 2 * MARGIN, SIZE[1] - 3 * MARGIN - 80)
    lettering = letter(title, Face.ROUND, room=(room[0] - 60, room[1]), leading=0.98, largest=150)
    for number, line in enumerate(lettering.lines):
        baseline = MARGIN + lettering.size * (0.74 + 0.98 * number)
        draw.text((MARGIN, baseline), line, font=Face.ROUND.font(lettering.size), fill="#17332c", anchor="ls")
    foot = SIZE[1] - MARGIN - 18
    draw.polygon(((MARGIN + 3, foot - 18), (MARGIN + 31, foot - 18), (MARGIN + 17, foot + 8)), fill="#b3261e")
    draw.ellipse((MARGIN, foot - 40, MARGIN + 34, foot - 6), fill="#b3261e")
    draw.ellipse((MARGIN + 11, foot - 29, MARGIN + 23, foot - 17), fill="#ffffff")
    draw.text((MARGIN + 50, foot), name, font=Face.ROUND.font(40), fill="#17332c", anchor="ls")


# left edge, roof, front, windows (the campaign's own color where none is named)
HOUSES = ((798, 470, "#f6cdbd", ""), (928, 420, "#fdf8f0", ""), (1058, 500, "#f4b740", "#fdf8f0"))
DRAWERS: dict[str, Callable[[ImageDraw.ImageDraw, str, str, Palette], None]] = {
    Theme.AFFICHE: _draw_affiche,
    Theme.TRACT: _draw_tract,
    Theme.QUARTIER: _draw_quartier,
}


def _draw_echo(draw: ImageDraw.ImageDraw, color: str, *, width: int) -> None:
    for ring in range(6):
        radius = 70 + ring * 92
        draw.ellipse((1010 - radius, 470 - radius, 1010 + radius, 470 + radius), outline=color, width=width)
