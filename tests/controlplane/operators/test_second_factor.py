from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_otp.oath import totp

from controlplane.audit.actors import SYSTEM
from controlplane.enums import OperatorRole
from controlplane.operators.models import Operator
from controlplane.operators.services import NewOperator, make_operator
from tenants.factors.models import AuthenticatorApp, RecoveryCode
from tenants.factors.sealing import unseal
from tenants.factors.showing import FACTOR_SHOWN_AT
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.controlplane.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("public_schema")
DOOR = "/console/second-facteur/"
ENROLMENT = "/console/second-facteur/installer/"


@pytest.fixture
def rose() -> Operator:
    new = NewOperator("rose@example.net", OperatorRole.ADMINISTRATOR, "Rose", "Okafor", password=PASSWORD)
    return make_operator(new=new, by=SYSTEM, now=timezone.now())[0]


def sign_in(browser: TenantClient, password: str = PASSWORD) -> Any:
    values = {"username": "rose@example.net", "password": password, "next": "/console/"}
    return browser.post("/console/login/", values, follow=True)


def current(operator: Operator, *, confirmed: bool = True, steps: int = 0) -> str:
    app = AuthenticatorApp.objects.get(user=operator.user, confirmed=confirmed)
    return f"{totp(unseal(app.sealed_secret), drift=steps):06d}"


def enrol(browser: TenantClient, operator: Operator, code: str = "") -> list[str]:
    """`code`: of an app that was begun with `begin`."""
    code = code or begin(browser, operator)
    response = browser.post(ENROLMENT, {"code": code})
    codes: list[str] = response.context["codes"]
    return codes


def begin(browser: TenantClient, operator: Operator) -> str:
    """The code that sets the app up."""
    sign_in(browser)
    browser.get(ENROLMENT)
    return current(operator, confirmed=False)


def braked() -> None:
    """A wrong code was just typed: one second of the clock is not much on a slow machine."""
    AuthenticatorApp.objects.update(throttling_failure_timestamp=timezone.now() + timedelta(minutes=1))


def test_the_first_entry_asks_for_a_second_factor_before_anything_else(platform: TenantClient, rose: Operator) -> None:
    response = sign_in(platform)
    assert [address for address, _status in response.redirect_chain][-1] == ENROLMENT
    key = response.content.decode().split('class="cle"')[1].split("</code>")[0]
    assert all(f"<span>{group}</span>" in key for group in AuthenticatorApp.objects.get(user=rose.user).secret_groups)
    for page in ("/console/", "/console/controlplane/campaign/", "/console/operators/operator/", "/console/codes/"):
        assert platform.get(page).status_code == 302


def test_the_console_opens_once_the_app_has_shown_that_it_works(platform: TenantClient, rose: Operator) -> None:
    codes = enrol(platform, rose)
    assert len(set(codes)) == 10
    assert platform.get("/console/").status_code == 200
    assert platform.get(ENROLMENT).status_code == 403  # the door has closed behind her


def test_a_wrong_code_sets_nothing_up(platform: TenantClient, rose: Operator) -> None:
    sign_in(platform)
    platform.get(ENROLMENT)
    assert platform.post(ENROLMENT, {"code": "12345x"}).status_code == 422
    assert not AuthenticatorApp.objects.filter(confirmed=True).exists()
    assert platform.get("/console/").status_code == 302


def test_password_alone_does_not_open_the_console_afterwards(
    platform: TenantClient, rose: Operator, settings: Any
) -> None:
    enrol(platform, rose)
    other = TenantClient(settings.PLATFORM_HOST)
    assert sign_in(other).redirect_chain[-1][0].startswith(DOOR)
    assert other.get("/console/")["Location"].startswith("/console/login/")
    assert other.get(ENROLMENT).status_code == 403
    AuthenticatorApp.objects.update(last_step=-1)
    answer = other.post(DOOR, {"code": current(rose), "next": "/console/controlplane/cell/"})
    assert answer["Location"] == "/console/controlplane/cell/"
    assert other.get("/console/").status_code == 200


def test_a_code_works_once(platform: TenantClient, rose: Operator, settings: Any) -> None:
    code = begin(platform, rose)
    enrol(platform, rose, code)
    other = TenantClient(settings.PLATFORM_HOST)
    sign_in(other)
    assert other.post(DOOR, {"code": code}).status_code == 422
    assert other.get("/console/").status_code == 302


def test_wrong_codes_slow_the_next_ones_down_even_right_ones(
    platform: TenantClient, rose: Operator, settings: Any
) -> None:
    enrol(platform, rose)
    other = TenantClient(settings.PLATFORM_HOST)
    sign_in(other)
    for code in ("000000", "aaaaa-aaaaa"):
        AuthenticatorApp.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(minutes=1))
        assert other.post(DOOR, {"code": code}).status_code == 422
    app = AuthenticatorApp.objects.get()
    assert app.throttling_failure_count == 2
    braked()
    early = other.post(DOOR, {"code": current(rose, steps=1)})
    assert early.status_code == 422
    assert "puis tapez le code qui s’affiche alors" in early.content.decode()
    AuthenticatorApp.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(minutes=1))
    assert other.post(DOOR, {"code": current(rose, steps=1)}).status_code == 302


def test_a_recovery_code_opens_once(platform: TenantClient, rose: Operator, settings: Any) -> None:
    codes = enrol(platform, rose)
    assert not RecoveryCode.objects.filter(digest__in=[code.replace("-", "") for code in codes]).exists()
    for attempt, status in ((1, 302), (2, 422)):
        other = TenantClient(settings.PLATFORM_HOST)
        sign_in(other)
        assert other.post(DOOR, {"code": codes[0].upper()}).status_code == status, attempt
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


def test_the_secret_is_not_readable_in_the_database(platform: TenantClient, rose: Operator) -> None:
    enrol(platform, rose)
    app = AuthenticatorApp.objects.get()
    assert app.secret not in app.sealed_secret
    assert unseal(app.sealed_secret).hex() not in app.sealed_secret


def test_the_time_for_setting_up_runs_out(platform: TenantClient, rose: Operator) -> None:
    Operator.objects.update(may_enrol_until=timezone.now() - timedelta(seconds=1))
    sign_in(platform)
    assert platform.get(ENROLMENT).status_code == 403
    assert platform.post(ENROLMENT, {"code": "123456"}).status_code == 403
    assert not AuthenticatorApp.objects.exists()


def test_a_customer_finds_neither_door_nor_enrolment(signed_in: TenantClient, platform: TenantClient) -> None:
    for page in (DOOR, ENROLMENT):
        assert signed_in.get(page)["Location"] == "/console/login/"
    assert not AuthenticatorApp.objects.exists()


def test_somebody_elses_second_factor_does_not_count(
    platform: TenantClient, rose: Operator, operator_as: Callable[[str], TenantClient]
) -> None:
    sign_in(platform)
    theirs = operator_as("reader").session["otp_device_id"]
    session = platform.session
    session["otp_device_id"] = theirs
    session.save()
    assert platform.get("/console/").status_code == 302


def test_sensitive_pages_ask_again_after_ten_minutes(console: TenantClient) -> None:
    assert console.get("/console/codes/").status_code == 200
    session = console.session
    session[FACTOR_SHOWN_AT] = (timezone.now() - timedelta(minutes=11)).timestamp()
    session.save()
    for page in ("/console/codes/", "/console/operators/operator/add/"):
        assert console.get(page)["Location"].startswith(DOOR)
    assert console.get("/console/").status_code == 200


def test_new_recovery_codes_end_the_old_ones(console: TenantClient) -> None:
    first: list[str] = console.post("/console/codes/").context["codes"]
    second: list[str] = console.post("/console/codes/").context["codes"]
    assert not set(first) & set(second)
    assert RecoveryCode.objects.count() == 10


def test_the_doors_never_lead_elsewhere(console: TenantClient) -> None:
    response = console.get(DOOR, {"next": "https://example.com/"})
    assert response.context["next"] == "/console/"


def test_sessions_end_after_a_working_day(platform: TenantClient, rose: Operator) -> None:
    enrol(platform, rose)
    session = Session.objects.get(session_key=platform.session.session_key)
    assert session.expire_date - timezone.now() < timedelta(hours=10, minutes=1)


def test_a_button_that_asks_again_leads_back_to_its_page_and_not_to_its_own_address(
    console: TenantClient, campaign_of: Any, customer: User
) -> None:
    session = console.session
    session[FACTOR_SHOWN_AT] = 0.0
    session.save()
    page = f"/console/controlplane/campaign/{campaign_of(customer).pk}/change/?tab=1"
    referer = {"referer": f"https://isoloir.localhost{page}"}
    answer = console.post("/console/campagnes/1/assistance/", headers=referer)
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [page]
    for elsewhere in ({}, {"referer": "//evil.example"}):
        answer = console.post("/console/campagnes/1/assistance/", headers=elsewhere)
        assert parse_qs(urlsplit(answer["Location"]).query)["next"] == ["/console/"]
