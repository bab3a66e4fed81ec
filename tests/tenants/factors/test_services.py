"""The second factor itself, whoever asks for it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tenants.context import tenant_context
from tenants.factors.models import AuthenticatorApp, RecoveryCode
from tenants.factors.queries import has_factor, recovery_codes_left
from tenants.factors.sealing import digest, seal, unseal
from tenants.factors.services import begin_enrolment, check_code, finish_enrolment, forget_factor
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.factors import current_code, give_factor


@pytest.fixture
def codes(owner: User, now: datetime) -> list[str]:
    """Set up, with the recovery codes."""
    return set_up(owner, now)[1]


def set_up(owner: User, now: datetime) -> tuple[str, list[str]]:
    """The code that was typed, and the recovery codes."""
    app = begin_enrolment(user=owner, now=now)
    code = current_code(owner, confirmed=False)
    return code, finish_enrolment(user=owner, app=app, code=code, now=now) or []


def test_nothing_is_set_up_before_the_app_has_shown_that_it_works(owner: User, now: datetime) -> None:
    app = begin_enrolment(user=owner, now=now)
    assert finish_enrolment(user=owner, app=app, code="12345x", now=now) is None
    assert not has_factor(owner)
    assert recovery_codes_left(owner) == 0


def test_a_secret_that_another_session_saw_is_never_set_up(owner: User, now: datetime) -> None:
    seen = begin_enrolment(user=owner, now=now)
    assert begin_enrolment(user=owner, now=now, begun=seen.pk).secret == seen.secret
    code = current_code(owner, confirmed=False)
    assert begin_enrolment(user=owner, now=now).secret != seen.secret
    assert finish_enrolment(user=owner, app=seen, code=code, now=now) is None


def test_a_code_works_once_and_a_recovery_code_too(owner: User, now: datetime) -> None:
    code, codes = set_up(owner, now)
    assert check_code(user=owner, code=code, now=now) is None  # it has set the app up
    AuthenticatorApp.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    for expected in (True, False):
        shown = check_code(user=owner, code=codes[3].upper(), now=now)
        assert (shown is not None and shown.by_recovery_code) is expected
    assert recovery_codes_left(owner) == 9


@pytest.mark.parametrize("odd", ["²²²²²²", "١٢٣٤٥٦", "", "½½½½½½"])
def test_odd_digits_are_a_wrong_code(owner: User, codes: list[str], now: datetime, odd: str) -> None:
    assert check_code(user=owner, code=odd, now=now) is None


def test_codes_printed_before_the_lasting_key_made_them_still_work(
    owner: User, codes: list[str], now: datetime, settings: Any
) -> None:
    settings.LASTING_KEY = f"{settings.SECRET_KEY}-of-its-own"
    code = "abcdefghjk"
    former = salted_hmac("controlplane.operators", code, algorithm="sha256").hexdigest()
    RecoveryCode.objects.create(user=owner, digest=former)
    assert check_code(user=owner, code="abcde-fghjk", now=now)
    assert check_code(user=owner, code="abcde-fghjk", now=now) is None


def test_wrong_codes_slow_right_ones_down(owner: User, codes: list[str], now: datetime) -> None:
    assert check_code(user=owner, code="aaaaa-aaaaa", now=now) is None
    # The brake holds for a second, which is not much on a slow machine.
    AuthenticatorApp.objects.update(throttling_failure_timestamp=timezone.now() + timedelta(minutes=1), drift=0)
    assert check_code(user=owner, code=current_code(owner, steps=1), now=now) is None
    AuthenticatorApp.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(minutes=1))
    assert check_code(user=owner, code=current_code(owner, steps=1), now=now)


def test_another_telephone_takes_the_place_of_the_one_before(owner: User, codes: list[str], now: datetime) -> None:
    before = AuthenticatorApp.objects.get().secret
    app = begin_enrolment(user=owner, now=now)
    assert check_code(user=owner, code=codes[0], now=now)  # until then the old one holds
    finish_enrolment(user=owner, app=app, code=current_code(owner, confirmed=False), now=now)
    assert AuthenticatorApp.objects.get().secret != before
    assert check_code(user=owner, code=codes[1], now=now) is None


def test_nothing_can_be_read_in_the_database(owner: User, codes: list[str]) -> None:
    app = AuthenticatorApp.objects.get()
    assert app.secret not in app.sealed_secret
    assert not RecoveryCode.objects.filter(digest__in=[code.replace("-", "") for code in codes]).exists()
    forget_factor(user_id=owner.pk)
    assert not AuthenticatorApp.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_a_row_carried_into_another_campaign_opens_nothing_there(
    owner: User, tenant: TenantFacts, other_tenant: TenantFacts
) -> None:
    sealed, known = give_factor(owner).sealed_secret, digest("abcdeabcde")
    with tenant_context(other_tenant), pytest.raises(InvalidToken):
        unseal(sealed)
    with tenant_context(other_tenant):
        assert digest("abcdeabcde") != known
        assert unseal(seal(b"0" * 20)) == b"0" * 20
