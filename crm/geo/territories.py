"""Parts of France with a map of their own to draw on: metropolitan France, and overseas wherever the communes have a place."""

from dataclasses import dataclass
from math import cos, radians

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Territory:
    """On its map x is 100 × longitude × cos(parallel) and y is -100 × latitude; the box is x, y, width and height of what is shown."""

    code: str
    name: str | Promise
    parallel: float
    box: tuple[float, float, float, float]

    @property
    def scale(self) -> float:
        return round(100 * cos(radians(self.parallel)), 4)

    @property
    def view_box(self) -> str:
        return " ".join(str(number) for number in self.box)

    @property
    def outlines(self) -> str:
        """Its file among the static ones."""
        return f"geo/maps/{self.code}.svg"


TERRITORIES = (
    Territory("france", _("Metropolitan France"), 46.5, (-370, -5130, 1050, 1010)),
    Territory("971", _("Guadeloupe"), 16.2, (-5939.8, -1660.4, 86.3, 83.0)),
    Territory("972", _("Martinique"), 14.7, (-5930.31, -1490.73, 55.73, 53.61)),
    Territory("973", _("French Guiana"), 4.0, (-5509.5, -596.5, 423.1, 407.0)),
    Territory("974", _("Réunion"), -21.1, (5148.3, 2082.1, 64.2, 61.8)),
    Territory("976", _("Mayotte"), -12.8, (4385.77, 1265.32, 38.0, 36.55)),
    Territory("975", _("Saint-Pierre and Miquelon"), 47.0, (-3858.37, -4712.32, 40.15, 38.62)),
    Territory("977", _("Saint-Barthélemy"), 17.9, (-5983.52, -1794.0, 8.38, 8.06)),
    Territory("978", _("Saint-Martin"), 18.1, (-5998.08, -1812.89, 8.73, 8.4)),
)
