"""The second factor of a customer's account, from its screens, and whoever tries to go round it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.utils import timezone

from controlplane.audit.actors import SYSTEM
from controlplane.enums import OperatorRole
from controlplane.jobs.models import CampaignJob
from controlplane.models import Campaign
from controlplane.operators.services import NewOperator, make_operator
from tenants.factors.models import AuthenticatorApp, RecoveryCode
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.controlplane.account_factor import (
    CODE,
    CODES,
    DOOR,
    PAGE,
    REMOVAL,
    SET_UP,
    actions,
    enrol,
    is_in,
    type_password,
)
from tests.controlplane.conftest import PASSWORD
from tests.factors import current_code, give_factor, has_shown

pytestmark = pytest.mark.usefixtures("public_schema")
MakeCampaign = Callable[..., Campaign]


# --- signing in


def test_the_code_is_asked_after_the_password_and_nothing_opens_before(platform: TenantClient, customer: User) -> None:
    give_factor(customer)
    answer = type_password(platform, customer, next="/compte/profil/")
    assert answer["Location"] == CODE
    for page in ("/compte/", "/compte/profil/", PAGE, SET_UP, CODES, REMOVAL):
        assert platform.get(page)["Location"].startswith(DOOR)
    assert platform.post(CODE, {"code": "000000"}).status_code == 422
    AuthenticatorApp.objects.update(throttling_failure_count=9, throttling_failure_timestamp=timezone.now())
    assert "Attendez 5 minutes" in platform.post(CODE, {"code": current_code(customer)}).content.decode()
    assert not is_in(platform)
    AuthenticatorApp.objects.update(throttling_failure_count=0)
    assert platform.post(CODE, {"code": current_code(customer)})["Location"] == "/compte/profil/"
    assert is_in(platform)


def test_a_code_cannot_be_used_again(platform: TenantClient, customer: User, settings: Any) -> None:
    give_factor(customer)
    code = current_code(customer)
    type_password(platform, customer)
    platform.post(CODE, {"code": code})
    thief = TenantClient(settings.PLATFORM_HOST)
    type_password(thief, customer)
    assert thief.post(CODE, {"code": code}).status_code == 422
    assert not is_in(thief)


def test_somebody_elses_code_does_not_open(platform: TenantClient, customer: User, stranger: User) -> None:
    give_factor(customer)
    give_factor(stranger, b"x" * 20)
    type_password(platform, customer)
    assert platform.post(CODE, {"code": current_code(stranger)}).status_code == 422
    assert not is_in(platform)


def test_a_session_that_was_given_to_her_is_worth_nothing_after_the_code(
    platform: TenantClient, customer: User, settings: Any
) -> None:
    give_factor(customer)
    fixed = TenantClient(settings.PLATFORM_HOST)
    type_password(fixed, customer)
    given = fixed.cookies["session"].value
    platform.cookies["session"] = given
    platform.post(CODE, {"code": current_code(customer)})
    assert platform.cookies["session"].value != given
    assert is_in(platform)
    assert not is_in(fixed)
    assert not Session.objects.filter(session_key=given).exists()


def test_the_code_alone_leads_back_to_the_password(platform: TenantClient, customer: User) -> None:
    give_factor(customer)
    assert platform.get(CODE)["Location"] == DOOR
    assert platform.post(CODE, {"code": current_code(customer)})["Location"] == DOOR
    assert not is_in(platform)


def test_what_was_begun_is_over_after_ten_minutes(platform: TenantClient, customer: User) -> None:
    give_factor(customer)
    type_password(platform, customer)
    session = platform.session
    session["signing_in"] = {**session["signing_in"], "began_at": (timezone.now() - timedelta(minutes=11)).timestamp()}
    session.save()
    assert platform.post(CODE, {"code": current_code(customer)})["Location"] == DOOR
    assert not is_in(platform)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_code_never_leads_elsewhere(platform: TenantClient, customer: User, target: str) -> None:
    give_factor(customer)
    type_password(platform, customer, next=target)
    assert platform.post(CODE, {"code": current_code(customer)})["Location"] == "/compte/"


def test_codes_cannot_be_tried_for_long(platform: TenantClient, customer: User, settings: Any) -> None:
    settings.RATE_LIMIT_FACTOR = 1
    give_factor(customer)
    type_password(platform, customer)
    answers = [platform.post(CODE, {"code": "000000"}).status_code for _ in range(21)]
    assert answers == [422] * 20 + [429]


@pytest.mark.usefixtures("run_tasks")
def test_a_recovery_code_opens_once_is_written_down_and_told(
    platform: TenantClient, signed_in: TenantClient, customer: User, settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    codes = enrol(signed_in, customer).context["codes"]
    other = TenantClient(settings.PLATFORM_HOST)
    type_password(other, customer)
    with django_capture_on_commit_callbacks(execute=True):
        assert other.post(CODE, {"code": codes[0]})["Location"] == "/compte/"
    assert is_in(other)
    assert actions() == ["account.factor_set_up", "account.factor_recovery_code"]
    assert "code de secours" in mail.outbox[-1].subject
    third = TenantClient(settings.PLATFORM_HOST)
    type_password(third, customer)
    assert third.post(CODE, {"code": codes[0]}).status_code == 422


# --- the operators' password


def test_an_operators_password_alone_opens_no_account(platform: TenantClient, campaign_of: MakeCampaign) -> None:
    new = NewOperator("rose@example.net", OperatorRole.ADMINISTRATOR, "Rose", "Okafor", password=PASSWORD)
    rose = make_operator(new=new, by=SYSTEM, now=timezone.now())[0].user
    give_factor(rose)
    campaign = campaign_of(rose)
    assert type_password(platform, rose)["Location"] == CODE
    assert not is_in(platform)
    platform.post("/console/login/", {"username": rose.email, "password": PASSWORD, "next": "/console/"})
    for page in ("/compte/", f"/compte/{campaign.uuid}/", f"/compte/{campaign.uuid}/donnees/", PAGE):
        assert platform.get(page)["Location"].startswith(DOOR)
    platform.post(f"/compte/{campaign.uuid}/donnees/")
    assert platform.post(f"/compte/{campaign.uuid}/entrer/")["Location"].startswith(DOOR)
    assert not CampaignJob.objects.exists()
    assert "Se connecter" in platform.get("/").content.decode()
    platform.post("/console/second-facteur/", {"code": current_code(rose)})
    assert is_in(platform)


def test_an_operator_sets_none_up_outside_of_the_console(platform: TenantClient) -> None:
    """Its door closes after seven days; the account must not be another one, nor take hers away."""
    new = NewOperator("rose@example.net", OperatorRole.READER, "Rose", "Okafor", password=PASSWORD)
    rose = make_operator(new=new, by=SYSTEM, now=timezone.now() - timedelta(days=8))[0].user
    type_password(platform, rose)
    assert platform.post(PAGE, {"password": PASSWORD}).status_code == 200
    assert platform.get(SET_UP)["Location"] == PAGE
    assert not AuthenticatorApp.objects.exists()
    has_shown(platform, rose)
    for page in (CODES, REMOVAL):
        values = {"password": PASSWORD, "code": current_code(rose)}
        assert platform.post(page, values)["Location"] == PAGE
    assert AuthenticatorApp.objects.filter(confirmed=True).exists()


# --- setting it up, changing it, removing it


@pytest.mark.usefixtures("run_tasks")
def test_she_sets_it_up_with_her_password_and_her_other_sessions_end(
    signed_in: TenantClient, customer: User, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    other = TenantClient(settings.PLATFORM_HOST)
    other.force_login(customer)
    assert signed_in.get(SET_UP)["Location"] == PAGE
    assert signed_in.post(PAGE, {"password": "guess"}).status_code == 422
    assert signed_in.get(SET_UP)["Location"] == PAGE
    with django_capture_on_commit_callbacks(execute=True):
        answer = enrol(signed_in, customer)
    assert len(set(answer.context["codes"])) == 10
    assert RecoveryCode.objects.count() == 10
    assert is_in(signed_in)
    assert not is_in(other)
    assert actions() == ["account.factor_set_up"]
    assert [letter.to for letter in mail.outbox] == [[customer.email]]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/"])
def test_setting_it_up_never_leads_elsewhere(signed_in: TenantClient, customer: User, target: str) -> None:
    answer = enrol(signed_in, customer, f"?{urlencode({'next': target})}")
    assert answer.context["onward"] == "/compte/"


def test_a_stolen_session_without_the_password_changes_nothing(signed_in: TenantClient, customer: User) -> None:
    app = has_shown(signed_in, customer)  # shown a moment ago: as fresh as can be
    RecoveryCode.objects.create(user=customer, digest="kept")
    for page in (PAGE, CODES, REMOVAL):
        assert signed_in.post(page, {"code": current_code(customer, steps=1)}).status_code == 422
        assert signed_in.post(page, {"password": "guess", "code": current_code(customer)}).status_code == 422
    assert signed_in.post(SET_UP, {"code": "000000"})["Location"] == PAGE
    assert list(AuthenticatorApp.objects.values_list("pk", flat=True)) == [app.pk]
    assert [code.digest for code in RecoveryCode.objects.all()] == ["kept"]
    assert actions() == []


def test_a_guessed_password_without_the_telephone_changes_nothing(signed_in: TenantClient, customer: User) -> None:
    app = has_shown(signed_in, customer, minutes_ago=11)
    for page in (PAGE, CODES, REMOVAL):
        assert signed_in.post(page, {"password": PASSWORD}).status_code == 422
        assert signed_in.post(page, {"password": PASSWORD, "code": "000000"}).status_code == 422
        AuthenticatorApp.objects.update(throttling_failure_count=0)
    assert signed_in.get(SET_UP)["Location"] == PAGE
    assert list(AuthenticatorApp.objects.values_list("pk", flat=True)) == [app.pk]


def test_removing_it_takes_password_and_code_and_is_told(signed_in: TenantClient, customer: User) -> None:
    has_shown(signed_in, customer)
    answer = signed_in.post(REMOVAL, {"password": PASSWORD, "code": current_code(customer)})
    assert answer["Location"] == PAGE
    assert not AuthenticatorApp.objects.exists()
    assert actions() == ["account.factor_removed"]
    assert is_in(signed_in)


def test_another_telephone_takes_password_and_a_code_of_the_first(signed_in: TenantClient, customer: User) -> None:
    first = has_shown(signed_in, customer, minutes_ago=11)
    signed_in.post(PAGE, {"password": PASSWORD, "code": current_code(customer)})
    signed_in.get(SET_UP)
    assert signed_in.post(SET_UP, {"code": current_code(customer, confirmed=False)}).status_code == 200
    assert AuthenticatorApp.objects.exclude(pk=first.pk).get(user=customer).confirmed
    assert not AuthenticatorApp.objects.filter(pk=first.pk).exists()
    assert is_in(signed_in)


def test_new_recovery_codes_end_the_old_ones(signed_in: TenantClient, customer: User) -> None:
    enrol(signed_in, customer)
    old = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert "Dix nouveaux" in signed_in.get(CODES).content.decode()
    assert len(signed_in.post(CODES, {"password": PASSWORD}).context["codes"]) == 10
    assert not old & set(RecoveryCode.objects.values_list("digest", flat=True))
