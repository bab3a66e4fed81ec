"""A campaign's color made into the tokens of its theme. A color that would not read is corrected, and says why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from sitebuilder.themes.color import WHITE, Color, contrast, ink_for, readable_on
from sitebuilder.themes.enums import Theme

TEXT, LARGE = 4.5, 3.0
DEFAULT_COLORS: Mapping[str, str] = {Theme.AFFICHE: "#ff4a17", Theme.TRACT: "#1b34c4", Theme.QUARTIER: "#155244"}
INK = Color.parse("#15100d")
SOFT = Color.parse("#f3ede6")


@dataclass(frozen=True, slots=True)
class Correction:
    """Where the chosen color would not have read, what is used there instead, and the contrasts that decided."""

    place: Any
    used: str
    found: float
    needed: float


@dataclass(slots=True)
class Palette:
    color: str
    tokens: dict[str, str] = field(default_factory=dict)
    dark_tokens: dict[str, str] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)

    def read(self, place: Any, background: Color, ratio: float) -> str:
        asked = Color.parse(self.color)
        used = readable_on(asked, background, ratio)
        if str(used) != self.color:
            self.corrections.append(Correction(place, str(used), contrast(asked, background), ratio))
        return str(used)


def palette_for(theme: str, color: str) -> Palette:
    """The tokens of a theme in this color; empty of tokens for the theme's own color."""
    known = theme if theme in BUILDERS else Theme.AFFICHE
    palette = Palette(color=(color or DEFAULT_COLORS[known]).lower())
    if palette.color != DEFAULT_COLORS[known]:
        BUILDERS[known](palette)
    return palette


def _affiche(palette: Palette) -> None:
    asked = Color.parse(palette.color)
    surface = asked
    ink = ink_for(surface, INK)
    if contrast(ink, surface) < TEXT:
        surface = readable_on(asked, ink, TEXT)
        palette.corrections.append(
            Correction(_("large surfaces, with text on them"), str(surface), contrast(ink, asked), TEXT)
        )
    hot_paper = palette.read(_("small text on white"), SOFT, TEXT)
    on_ink = palette.read(_("text and buttons on black"), INK, TEXT)
    palette.tokens = {
        "--hue": str(surface),
        "--hue-fg": str(ink),
        "--who": str(WHITE if contrast(WHITE, surface) >= LARGE else ink),
        "--hue-paper": palette.read(_("large figures on white"), SOFT, LARGE),
        "--hue-ink": on_ink,
        "--hot-paper": hot_paper,
        "--hot-ink": on_ink,
        "--arcs": str(surface.mix(WHITE, 0.2)),
        "--s1": str(surface.mix(WHITE, 0.77)),
        "--s3": str(surface.mix(WHITE, 0.57)),
        "--m1": str(surface.mix(WHITE, 0.78)),
        "--m2": str(surface.mix(WHITE, 0.6)),
        "--m3": str(surface.mix(WHITE, 0.35)),
    }


def _tract(palette: Palette) -> None:
    asked = Color.parse(palette.color)
    tint = asked.mix(WHITE, 0.94)
    hue = palette.read(_("text and buttons on white"), tint, TEXT)
    night = Color.parse("#191c29")
    palette.tokens = {"--hue": hue, "--deep": hue, "--tint": str(tint), "--hue-fg": "#ffffff"}
    palette.dark_tokens = {
        "--hue": str(readable_on(asked, night, TEXT)),
        "--deep": str(readable_on(asked, WHITE, 7.0)),
        "--tint": "#191c29",
    }


def _quartier(palette: Palette) -> None:
    chalk = Color.parse("#fdf8f0")
    hue = palette.read(_("text and buttons on white"), chalk.mix(Color.parse("#e4dac8"), 0.5), TEXT)
    asked = Color.parse(hue)
    palette.tokens = {"--pine": hue, "--link-hue": hue, "--sea": str(asked.mix(WHITE, 0.78)), "--s1b": hue}


BUILDERS: Mapping[str, Callable[[Palette], None]] = {
    Theme.AFFICHE: _affiche,
    Theme.TRACT: _tract,
    Theme.QUARTIER: _quartier,
}
