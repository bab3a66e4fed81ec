"""What is said beside the field of a code."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tenants.factors.forms import CodeForm, look_at
from tenants.factors.models import AuthenticatorApp
from tenants.factors.queries import find_factor
from tenants.factors.services import Shown, check_code
from tenants.users.models import User
from tests.factors import current_code, give_factor


def typed(owner: User, now: datetime, code: str) -> tuple[CodeForm, Shown | None]:
    form = CodeForm({"code": code})
    return form, look_at(form, find_factor(owner), lambda code: check_code(user=owner, code=code, now=now))


def test_a_right_code_opens_and_a_wrong_one_is_called_wrong(owner: User, now: datetime) -> None:
    give_factor(owner)
    form, shown = typed(owner, now, current_code(owner))
    assert shown
    assert not form.errors
    form, shown = typed(owner, now, "12345x")
    assert shown is None
    assert "n’est pas le bon" in form.errors["code"][0]


@pytest.mark.parametrize(
    ("failures", "left", "told"),
    [
        (4, 7.5, "Attendez 8 secondes, puis tapez le code qui s’affiche alors."),
        (1, 0.5, "Attendez 1 seconde, puis tapez le code qui s’affiche alors."),
        (10, 500, "Attendez 9 minutes, puis tapez le code qui s’affiche alors."),
    ],
)
def test_a_code_that_comes_too_early_is_told_how_long_to_wait_and_is_not_used_up(
    owner: User, now: datetime, failures: int, left: float, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_factor(owner)
    at = timezone.now()
    since = at - timedelta(seconds=2 ** (failures - 1) - left)
    AuthenticatorApp.objects.update(throttling_failure_count=failures, throttling_failure_timestamp=since)
    monkeypatch.setattr(timezone, "now", lambda: at)
    form, shown = typed(owner, now, current_code(owner))
    assert shown is None
    assert form.errors["code"] == [told]
    assert AuthenticatorApp.objects.get().throttling_failure_count == failures
    monkeypatch.setattr(timezone, "now", lambda: at + timedelta(seconds=left))
    assert typed(owner, now, current_code(owner))[1]
