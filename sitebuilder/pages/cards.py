"""The card that stands for a page where its link is shared: drawn from the theme, the title as large as it fits."""

import hashlib
import io
from functools import lru_cache
from typing import Any

from django.urls import reverse
from PIL import Image, ImageDraw, ImageFont

from sitebuilder.themes.color import WHITE, Color, ink_for
from sitebuilder.themes.fitting import FONT, title_lines, width_in_em
from sitebuilder.themes.palette import INK, palette_for

SIZE = (1200, 630)
MARGIN = 56


def card_path(page: Any) -> str:
    version = hashlib.sha256(page.title.encode()).hexdigest()[:8]
    return f"{reverse('share_card', args=[page.pk])}?v={version}"


@lru_cache(maxsize=128)
def draw_card(*, title: str, name: str, color: str) -> bytes:
    """A PNG of 1200 by 630: the campaign's color, the echo of a voice, the title, the name."""
    palette = palette_for("affiche", color)
    surface = Color.parse(palette.tokens.get("--hue", palette.color))
    ink = ink_for(surface, INK)
    image = Image.new("RGB", SIZE, str(surface))
    draw = ImageDraw.Draw(image)
    arcs = str(surface.mix(WHITE, 0.18))
    for ring in range(6):
        radius = 70 + ring * 92
        draw.ellipse((1010 - radius, 470 - radius, 1010 + radius, 470 + radius), outline=arcs, width=20)
    _draw_title(draw, title, str(ink))
    draw.text((MARGIN, SIZE[1] - MARGIN), name.upper(), font=_font(44), fill=str(ink), anchor="ls")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw_title(draw: ImageDraw.ImageDraw, title: str, ink: str) -> None:
    lines = title_lines(title, with_picture=False)
    widest = max((width_in_em(line) for line in lines), default=1.0)
    room = SIZE[1] - 3 * MARGIN - 20
    size = int(min((SIZE[0] - 2 * MARGIN) / widest, room / (0.86 * max(1, len(lines))), 260))
    for number, line in enumerate(lines):
        baseline = MARGIN + size * (0.72 + 0.86 * number)
        draw.text((MARGIN, baseline), line.upper(), font=_font(size), fill=ink, anchor="ls")


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)
