"""The size of Affiche's opening title, worked out from the letters: it takes the full width, whatever the words."""

import re
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from PIL import ImageFont

from sitebuilder.themes.stylesheet import FITS

FONT = Path(__file__).parent / "static" / "themes" / "fonts" / "archivo-condensed.woff2"
EM = 200
TRACK = -0.02  # --track-1
WORD_SPACE = 0.09  # --words
LARGEST = 26  # hundredths: a short word is a poster, not a wall
TALLEST = 73  # hundredths that all lines share: the form stays in sight
BESIDE_PICTURE = 0.57  # share of the width left to the lines that the portrait stands beside
MAX_LINES = 4
HARD_SPACE = "\u00a0"
BEFORE_MARKS = re.compile(r" ([?!:;»–])")
LONE_LETTERS = re.compile(r"(?<![^ ])([^\W\d]|«) ")


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, EM)


def width_in_em(text: str) -> float:
    text = text.upper()
    return float(_font().getlength(text)) / EM + TRACK * len(text) + WORD_SPACE * text.count(" ")


def words_of(text: str) -> list[str]:
    """The pieces between which a line may break: a «?» stays with its word, and «à» with the next one."""
    joined = BEFORE_MARKS.sub(f"{HARD_SPACE}\\1", " ".join(text.split()))
    return LONE_LETTERS.sub(f"\\1{HARD_SPACE}", joined).split(" ")


@lru_cache(maxsize=1024)
def title_lines(title: str, *, with_picture: bool) -> tuple[str, ...]:
    """The title's lines: those of its author, else the split that lets the letters be largest."""
    lines = tuple(" ".join(line.split()) for line in title.splitlines() if line.strip())
    if len(lines) != 1:
        return lines
    words = words_of(lines[0])
    choices = [
        tuple(
            " ".join(words[start:end]).replace(HARD_SPACE, " ")
            for start, end in zip((0, *cuts), (*cuts, len(words)), strict=True)
        )
        for count in range(min(MAX_LINES, len(words)))
        for cuts in combinations(range(1, len(words)), count)
    ]
    # Large letters first; of two splits that come close, the one that fills the poster.
    return max(choices, key=lambda split: _size(split, with_picture=with_picture) * len(split) ** 0.25)


@lru_cache(maxsize=1024)
def title_fit(lines: tuple[str, ...], *, with_picture: bool) -> int:
    """Hundredths of the width for one em: `.fit-24`."""
    return max(FITS.start, int(_size(lines, with_picture=with_picture)))


@lru_cache(maxsize=1024)
def line_fit(text: str, *, largest: int) -> int:
    """Hundredths of the width for one em of a text that must stay on one line."""
    width = width_in_em(text)
    return max(FITS.start, min(largest, int(100 / width))) if width else largest


def _size(lines: tuple[str, ...], *, with_picture: bool) -> float:
    widths = [
        width_in_em(line) / (BESIDE_PICTURE if with_picture and at >= 1 else 1.0) for at, line in enumerate(lines)
    ]
    return min(LARGEST, TALLEST / max(1, len(lines)), 100 / max([0.1, *widths]))
