"""Colors and styles of a mail. Mail programs read styles on each element and little else."""

from dataclasses import dataclass

INK, PAPER, MUTED = "#161e2e", "#ffffff", "#4f5764"
DEFAULT_COLOR = "#2446a8"
FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
READABLE = 4.5


@dataclass(frozen=True, slots=True)
class Look:
    band: str  # the campaign's color as it is
    on_band: str
    accent: str  # the same, dark enough for text on white

    @classmethod
    def of(cls, color: str) -> "Look":
        band = color if is_color(color) else DEFAULT_COLOR
        return cls(band, max((INK, PAPER), key=lambda ink: contrast(ink, band)), darkened(band))

    @property
    def styles(self) -> dict[str, str]:
        return {
            "p": f"margin:0 0 16px;{FONT};font-size:17px;line-height:1.55",
            "ul": f"margin:0 0 16px;padding-left:24px;{FONT};font-size:17px;line-height:1.55",
            "ol": f"margin:0 0 16px;padding-left:24px;{FONT};font-size:17px;line-height:1.55",
            "li": "margin:0 0 6px",
            "a": f"color:{self.accent};text-decoration:underline",
            "heading": f"margin:8px 0 12px;{FONT};font-size:24px;line-height:1.2;font-weight:700",
            "image": "display:block;width:100%;max-width:100%;height:auto;border:0",
            "cell": f"background:{self.band};border-radius:4px",
            "button": f"display:inline-block;padding:14px 24px;{FONT};font-size:17px;font-weight:700;"
            f"color:{self.on_band};text-decoration:none;border-radius:4px",
            "quote": f"margin:8px 0 20px;padding:4px 0 4px 18px;border-left:4px solid {self.band};{FONT};"
            "font-size:19px;line-height:1.45",
            "who": f"margin:6px 0 0;{FONT};font-size:15px;color:{MUTED}",
            "rule": "border:0;border-top:1px solid #dbdbd2;margin:24px 0",
            "head": f"padding:18px 28px;background:{self.band};color:{self.on_band};{FONT};font-size:18px;font-weight:700",
            "foot": f"margin:0 0 8px;{FONT};font-size:13px;line-height:1.5;color:{MUTED}",
            "footlink": f"color:{MUTED};text-decoration:underline",
        }


def is_color(color: str) -> bool:
    return len(color) == 7 and color[0] == "#" and all(sign in "0123456789abcdef" for sign in color[1:].lower())


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    linear = [(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4) for part in channels(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def channels(color: str) -> list[float]:
    return [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def darkened(color: str) -> str:
    """The nearest darker shade that can be read on white."""
    while contrast(color, PAPER) < READABLE:
        color = "#" + "".join(f"{int(part * 255 * 0.92):02x}" for part in channels(color))
    return color
