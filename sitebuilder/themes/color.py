"""Colors measured and mended: contrast as WCAG 2.2 counts it, corrections in OKLCH so that the hue stays."""

import math
from dataclasses import dataclass

STEPS = 200


@dataclass(frozen=True, slots=True)
class Color:
    """sRGB, each part from 0 to 1."""

    red: float
    green: float
    blue: float

    @classmethod
    def parse(cls, text: str) -> "Color":
        return cls(*(int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)))

    def __str__(self) -> str:
        parts = (round(min(1.0, max(0.0, part)) * 255) for part in (self.red, self.green, self.blue))
        return "#" + "".join(f"{part:02x}" for part in parts)

    @property
    def luminance(self) -> float:
        red, green, blue = (_linear(part) for part in (self.red, self.green, self.blue))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def mix(self, other: "Color", share: float) -> "Color":
        """This color with `share` of the other."""
        return Color(
            self.red + (other.red - self.red) * share,
            self.green + (other.green - self.green) * share,
            self.blue + (other.blue - self.blue) * share,
        )


WHITE = Color(1.0, 1.0, 1.0)


def contrast(one: Color, other: Color) -> float:
    light, dark = sorted((one.luminance, other.luminance), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable_on(color: Color, background: Color, ratio: float) -> Color:
    """The color itself when it reads on the background, else the nearest of the same hue that does."""
    if contrast(color, background) >= ratio:
        return color
    lightness, chroma, hue = _to_oklch(color)
    goal = 0.0 if background.luminance > 0.18 else 1.0
    for step in range(1, STEPS + 1):
        tried = Color.parse(str(_from_oklch(lightness + (goal - lightness) * step / STEPS, chroma, hue)))
        if contrast(tried, background) >= ratio:
            return tried
    return Color.parse("#000000") if goal == 0.0 else WHITE


def ink_for(background: Color, dark: Color) -> Color:
    """White or the dark ink, whichever reads better on the background."""
    return max((dark, WHITE), key=lambda ink: contrast(ink, background))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else math.pow((part + 0.055) / 1.055, 2.4)


def _gamma(part: float) -> float:
    part = min(1.0, max(0.0, part))
    return part * 12.92 if part <= 0.0031308 else 1.055 * math.pow(part, 1 / 2.4) - 0.055


def _to_oklch(color: Color) -> tuple[float, float, float]:
    red, green, blue = (_linear(part) for part in (color.red, color.green, color.blue))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    green_red = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    blue_yellow = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(green_red, blue_yellow), math.atan2(blue_yellow, green_red)


def _from_oklch(lightness: float, chroma: float, hue: float) -> Color:
    """Chroma gives way until the color exists in sRGB: lightness is what contrast needs."""
    for share in range(10, -1, -1):
        parts = _to_linear(lightness, chroma * share / 10, hue)
        if all(-0.001 <= part <= 1.001 for part in parts):
            break
    return Color(*(_gamma(part) for part in parts))


def _to_linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    green_red, blue_yellow = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * green_red + 0.2158037573 * blue_yellow) ** 3
    medium = (lightness - 0.1055613458 * green_red - 0.0638541728 * blue_yellow) ** 3
    short = (lightness - 0.0894841775 * green_red - 1.2914855480 * blue_yellow) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
