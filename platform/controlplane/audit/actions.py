"""What the audit's words mean on the screen. An app registers those that it records."""

from collections.abc import Mapping

from django.utils.translation import gettext

_labels: dict[str, str] = {}


def register_actions(labels: Mapping[str, str]) -> None:
    """{"plan.changed": gettext_noop("Tier changed")}"""
    _labels.update(labels)


def action_label(action: str) -> str:
    return gettext(_labels[action]) if action in _labels else action
