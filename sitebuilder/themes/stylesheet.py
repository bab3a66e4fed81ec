"""The one stylesheet of a campaign's site: blocks, theme, tokens of its color. One request, kept for a year by browsers."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.templatetags.static import static

from sitebuilder.themes.enums import Theme
from sitebuilder.themes.palette import palette_for

FOLDER = Path(__file__).parent / "static" / "themes"
# How much of the width one em of the opening title may take, in hundredths (sitebuilder.themes.fitting).
FITS = range(2, 31)
STARTS = range(2, 41)  # numbered lists that go on from an earlier one
PRELOADED = {
    Theme.AFFICHE: "archivo-condensed.woff2",
    Theme.TRACT: "newsreader-display.woff2",
    Theme.QUARTIER: "bricolage-grotesque.woff2",
}


@lru_cache(maxsize=256)
def stylesheet(theme: str, color: str) -> str:
    theme = theme if theme in Theme.values else Theme.AFFICHE.value
    parts = [(FOLDER / "css" / f"{name}.css").read_text() for name in ("blocks", theme, "site")]
    css = "\n".join(parts).replace("../fonts/", static("themes/fonts/"))
    for font in sorted((FOLDER / "fonts").glob("*.woff2")):
        css = css.replace(static("themes/fonts/") + font.name, static(f"themes/fonts/{font.name}"))
    fits = "".join(f".fit-{size}{{--fit:.{size:02}}}.fit-m-{size}{{--fit-m:.{size:02}}}" for size in FITS)
    starts = "".join(f'.proposals__list[start="{number}"]{{counter-reset:p {number - 1}}}' for number in STARTS)
    return f"{css}{fits}{starts}\n{_tokens(theme, color)}"


@lru_cache(maxsize=256)
def stylesheet_version(theme: str, color: str) -> str:
    return hashlib.sha256(stylesheet(theme, color).encode()).hexdigest()[:12]


def _tokens(theme: str, color: str) -> str:
    palette = palette_for(theme, color)
    css = _rule(palette.tokens)
    if palette.dark_tokens:
        css += f"@media screen and (prefers-color-scheme:dark){{{_rule(palette.dark_tokens)}}}"
    return css


def _rule(tokens: dict[str, str]) -> str:
    return ":root{" + "".join(f"{name}:{value};" for name, value in tokens.items()) + "}\n" if tokens else ""
