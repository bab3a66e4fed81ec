"""The steps of a new campaign. Each app registers its own; a fact ticks it, never a click."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    label: Any
    url_name: str
    done: Callable[[], bool]
    order: int
    help_text: Any = ""
    button: Any = ""
    icon: str = "iso-arrow-right"


@dataclass(frozen=True, slots=True)
class CheckedStep:
    label: str
    url: str
    is_done: bool
    is_next: bool
    help_text: str
    button: str
    icon: str


_steps: dict[str, Step] = {}


def register_step(key: str, label: Any, url_name: str, done: Callable[[], bool], order: int, **words: Any) -> None:
    """`done` is asked in the campaign's schema each time. `words`: help_text, button, icon of the step when it is next."""
    _steps[key] = Step(key, label, url_name, done, order, **words)


def checklist() -> list[CheckedStep]:
    """All the steps in order, ticked by facts; the first open one is next."""
    checked: list[CheckedStep] = []
    is_next_found = False
    for step in sorted(_steps.values(), key=lambda one: one.order):
        is_done = step.done()
        is_next = not is_done and not is_next_found
        is_next_found = is_next_found or is_next
        words = (str(step.help_text), str(step.button), step.icon)
        checked.append(CheckedStep(str(step.label), _address(step.url_name), is_done, is_next, *words))
    return checked


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return reverse("wagtailadmin_home")
