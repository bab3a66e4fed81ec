"""The drawn pictures: SVG symbols in the theme's own colors, drawn for Isoloir. A page carries those that it shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Drawing:
    view_box: str
    alt: Any
    needs: tuple[str, ...] = ()


class Scene(models.TextChoices):
    FACADES = "facades", _("House fronts with open shutters")
    MARCHE = "marche", _("Stalls of a market")
    CALANQUE = "calanque", _("A cove at sunrise")


class Face(models.TextChoices):
    BEARD = "b1", _("A bearded man")
    CURLS = "b2", _("A woman with curly hair")
    GLASSES = "b3", _("A woman with round glasses")
    YOUNG = "b4", _("A young man")


class Cutout(models.TextChoices):
    PORTRAIT = "portrait", _("A woman in profile")
    TOGETHER = "together", _("Three people side by side")


DRAWINGS: dict[str, Drawing] = {
    **{scene.value: Drawing("0 0 400 300", scene.label) for scene in Scene},
    **{face.value: Drawing("0 0 200 240", face.label) for face in Face},
    "portrait": Drawing("0 0 640 760", Cutout.PORTRAIT.label),
    "together": Drawing("0 0 640 540", Cutout.TOGETHER.label, needs=("b1", "b2", "b3")),
}


def with_needs(names: Iterable[str]) -> list[str]:
    """The known drawings among the names, and those that they are composed of."""
    known = [name for name in dict.fromkeys(names) if name in DRAWINGS]
    return list(dict.fromkeys([*known, *(need for name in known for need in DRAWINGS[name].needs)]))
