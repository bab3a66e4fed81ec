"""A campaign's color, made readable. WCAG 2.2: text needs 4.5 to 1 against what it stands on."""

import colorsys
from dataclasses import dataclass

NEEDED = 4.5
WHITE = "#ffffff"


@dataclass(frozen=True, slots=True)
class ReadableColor:
    asked: str
    color: str
    asked_ratio: float
    ratio: float

    @property
    def is_corrected(self) -> bool:
        return self.asked != self.color


def contrast(first: str, second: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable_color(asked: str, *, on: str = WHITE) -> ReadableColor:
    """The color asked for or, when text in it could not be read on `on`, the nearest darker one that can."""
    asked = asked.lower()
    ratio = contrast(asked, on)
    color, corrected = asked, ratio
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in _parts(asked)))
    while corrected < NEEDED and lightness > 0:
        lightness = max(0.0, lightness - 0.005)
        color = "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))
        corrected = contrast(color, on)
    return ReadableColor(asked, color, ratio, corrected)


def _parts(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
