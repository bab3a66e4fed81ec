"""A name is something that can be seen."""

import pytest
from django.core.exceptions import ValidationError

from shared.visible import is_visible, validate_visible


@pytest.mark.parametrize("text", ["a", "é", "e\u0301", "1", "!", "🌻", " x ", "अ"])
def test_what_can_be_seen(text: str) -> None:
    assert is_visible(text)
    validate_visible(text)


@pytest.mark.parametrize("text", ["\u0301", "\u200b", "\u200b\u00a0\u2060", " \t", "\ufeff"])
def test_what_cannot(text: str) -> None:
    assert not is_visible(text)
    with pytest.raises(ValidationError):
        validate_visible(text)


def test_nothing_at_all_is_another_matter() -> None:
    assert not is_visible("")
    validate_visible("")
