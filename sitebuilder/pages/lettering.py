"""Text made as large as its room allows: its lines, and the size of the letters."""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from PIL import ImageFont

from sitebuilder.themes.fitting import words_of
from sitebuilder.themes.stylesheet import FOLDER

EM = 200
SMALLEST = 28


class Face(Enum):
    """A font of the themes, in the weight of its large titles."""

    POSTER = "archivo-condensed.woff2"
    SERIF = "newsreader-display.woff2"
    ITALIC = "newsreader-display-italic.woff2"
    ROUND = "bricolage-grotesque.woff2"

    def font(self, size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(FOLDER / "fonts" / self.value, size)


@dataclass(frozen=True, slots=True)
class Lettering:
    lines: tuple[str, ...]
    size: int


def letter(text: str, face: Face, *, room: tuple[int, int], leading: float, largest: int) -> Lettering:
    """The largest letters with which the text fits, and lines of about the same length. What does not fit at all is cut."""
    words = words_of(text)
    for size in range(largest, SMALLEST, -2):
        lines = _wrapped(words, face, room[0] / size)
        if len(lines) * leading * size <= room[1] and all(_width(line, face) * size <= room[0] for line in lines):
            return Lettering(_balanced(words, face, lines, room[0] / size), size)
    lines = _wrapped(words, face, room[0] / SMALLEST)
    return Lettering(lines[: max(1, int(room[1] / (leading * SMALLEST)))], SMALLEST)


def _wrapped(words: list[str], face: Face, limit: float) -> tuple[str, ...]:
    lines: list[str] = []
    for word in words:
        if lines and _width(f"{lines[-1]} {word}", face) <= limit:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)


def _balanced(words: list[str], face: Face, lines: tuple[str, ...], limit: float) -> tuple[str, ...]:
    """No word alone on the last line when the others could be shorter."""
    while (limit := limit - 0.1) > 0 and len(shorter := _wrapped(words, face, limit)) == len(lines):
        lines = shorter
    return lines


@lru_cache(maxsize=4096)
def _width(text: str, face: Face) -> float:
    return float(_measure(face).getlength(text)) / EM


@lru_cache(maxsize=len(Face))
def _measure(face: Face) -> ImageFont.FreeTypeFont:
    return face.font(EM)
