"""A member's own second factor in the office: asked at every way in, changed by herself, reset by the team."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from tenants.context import tenant_context
from tenants.entry import Entry, new_token_id, seal_entry
from tenants.factors.models import AuthenticatorApp, RecoveryCode
from tenants.facts import TenantFacts
from tenants.office.models import CampaignProfile, FactorEvent
from tenants.office.profile import campaign_profile
from tenants.office.services.profile import save_profile
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.factors import CODE, confirm, current_code, give_factor

pytestmark = pytest.mark.usefixtures("run_tasks")
LOGIN = "/bureau/login/"
LOGIN_CODE = "/bureau/login/code/"
LOGIN_FACTOR = "/bureau/login/second-facteur/"
OWN = "/bureau/account/second-facteur/"
SET_UP = f"{OWN}installer/"
PASSWORD = {"password": "correct horse"}


@pytest.fixture
def office(owner: User, office_as: Callable[[str], TenantClient]) -> TenantClient:
    return office_as("owner")


@pytest.fixture
def required(tenant: TenantFacts) -> None:
    save_profile(profile=campaign_profile(), now=timezone.now(), requires_second_factor=True)


def sign_in(browser: TenantClient, user: User, **values: str) -> Any:
    return browser.post(LOGIN, {"username": user.email, **PASSWORD, **values})


def is_in(browser: TenantClient) -> bool:
    return bool(browser.get("/bureau/").status_code == 200)


def calm() -> None:
    """Time passes after a wrong code."""
    AuthenticatorApp.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)


def enrol(browser: TenantClient, user: User) -> list[str]:
    browser.post(OWN, PASSWORD)
    browser.get(SET_UP)
    codes: list[str] = browser.post(SET_UP, {"code": current_code(user, confirmed=False)}).context["codes"]
    return codes


def entry_link(tenant: TenantFacts, email: str) -> str:
    values = (email, "Ada", "Durand", make_password("other horse"), "fr", "owner", new_token_id())
    return seal_entry(uuid=tenant.uuid, cell=tenant.cell, entry=Entry(*values), now=timezone.now())


def test_whoever_has_none_signs_in_with_the_password(site: TenantClient, owner: User) -> None:
    assert sign_in(site, owner)["Location"] == "/bureau/"
    assert is_in(site)


def test_she_sets_it_up_with_her_password_and_gets_recovery_codes_once(office: TenantClient, owner: User) -> None:
    assert office.get(SET_UP)["Location"].startswith(OWN)
    assert office.post(OWN, {"password": "wrong"}).status_code == 422
    assert office.post(OWN, PASSWORD)["Location"].startswith(SET_UP)
    page = office.get(SET_UP).content.decode()
    app = AuthenticatorApp.objects.get()
    groups = re.findall(r"<span>(\w+)</span>", page.split('class="iso-cle"')[1].split("</code>")[0])
    assert "".join(groups) == app.secret
    assert {len(group) for group in groups} == {4}
    assert "data:image/svg+xml" in page
    assert office.post(SET_UP, {"code": "12345x"}).status_code == 422
    AuthenticatorApp.objects.update(throttling_failure_count=9, throttling_failure_timestamp=timezone.now())
    assert "Attendez 5 minutes" in office.post(SET_UP, {"code": current_code(owner, confirmed=False)}).content.decode()
    calm()
    answer = office.post(SET_UP, {"code": current_code(owner, confirmed=False)})
    assert len(set(answer.context["codes"])) == RecoveryCode.objects.count() == 10
    assert answer.context["codes"][0] not in office.get(OWN).content.decode()
    assert [(event.kind, event.member, event.by) for event in FactorEvent.objects.all()] == [("set_up", owner, owner)]


def test_her_other_sessions_end_and_this_one_stays(site: TenantClient, office: TenantClient, owner: User) -> None:
    sign_in(site, owner)
    enrol(office, owner)
    assert not is_in(site)
    assert is_in(office)


def test_the_code_is_asked_after_the_password_and_nothing_opens_before(site: TenantClient, owner: User) -> None:
    give_factor(owner)
    assert sign_in(site, owner, next="/bureau/equipe/", remember="on")["Location"] == LOGIN_CODE
    for page in ("/bureau/", "/bureau/personnes/", OWN, CODE):
        assert LOGIN in site.get(page)["Location"]
    assert site.get(LOGIN_FACTOR)["Location"] == LOGIN_CODE
    assert site.post(LOGIN_CODE, {"code": "12345x"}).status_code == 422
    AuthenticatorApp.objects.update(throttling_failure_count=9, throttling_failure_timestamp=timezone.now())
    assert "Attendez 5 minutes" in site.post(LOGIN_CODE, {"code": current_code(owner)}).content.decode()
    calm()
    assert site.post(LOGIN_CODE, {"code": current_code(owner)})["Location"] == "/bureau/equipe/"
    assert is_in(site)
    assert site.session.get_expiry_age() > 86_400


def test_a_code_cannot_be_used_again(site: TenantClient, tenant: TenantFacts, owner: User) -> None:
    give_factor(owner)
    code = current_code(owner)
    for browser, status in ((site, 302), (TenantClient(tenant.primary_host), 422)):
        sign_in(browser, owner)
        assert browser.post(LOGIN_CODE, {"code": code}).status_code == status


def test_codes_cannot_be_tried_for_long(site: TenantClient, owner: User, settings: Any) -> None:
    settings.RATE_LIMIT_FACTOR = 1
    give_factor(owner)
    sign_in(site, owner)
    answers = [site.post(LOGIN_CODE, {"code": "12345x"}).status_code for _try in range(21)]
    assert (answers[0], answers[-1]) == (422, 429)


def test_what_was_begun_is_over_after_ten_minutes_or_with_another_password(site: TenantClient, owner: User) -> None:
    give_factor(owner)
    sign_in(site, owner)
    session = site.session
    session["signing_in"] = {**session["signing_in"], "began_at": timezone.now().timestamp() - 601}
    session.save()
    assert site.post(LOGIN_CODE, {"code": current_code(owner)})["Location"] == LOGIN
    sign_in(site, owner)
    owner.set_password("another horse")
    owner.save()
    assert site.post(LOGIN_CODE, {"code": current_code(owner)})["Location"] == LOGIN
    assert not is_in(site)


def test_a_recovery_code_opens_once_and_is_told_by_mail(
    office: TenantClient, site: TenantClient, owner: User, django_capture_on_commit_callbacks: Any
) -> None:
    codes = enrol(office, owner)
    sign_in(site, owner)
    with django_capture_on_commit_callbacks(execute=True):
        assert site.post(LOGIN_CODE, {"code": codes[0]})["Location"] == "/bureau/"
    assert mail.outbox[-1].to == [owner.email]
    assert "code de secours" in mail.outbox[-1].subject
    assert "9" in office.get(OWN).content.decode()
    assert FactorEvent.objects.filter(kind="recovery_code").count() == 1


def test_the_platforms_link_asks_for_the_code_too(site: TenantClient, tenant: TenantFacts, owner: User) -> None:
    give_factor(owner)
    token = entry_link(tenant, owner.email)
    assert site.post("/bureau/entrer/", {"jeton": token})["Location"] == LOGIN_CODE
    assert not is_in(site)
    assert site.post(LOGIN_CODE, {"code": current_code(owner)})["Location"] == "/bureau/"


def test_the_platforms_link_sets_no_required_one_up_without_the_password(
    site: TenantClient, tenant: TenantFacts, owner: User, required: None
) -> None:
    """Whoever found the account on the platform open must not put a telephone of his own into the office."""
    assert site.post("/bureau/entrer/", {"jeton": entry_link(tenant, owner.email)})["Location"] == LOGIN_FACTOR
    site.get(LOGIN_FACTOR)
    assert site.post(LOGIN_FACTOR, {"code": "000000"}).status_code == 422
    assert site.post(LOGIN_FACTOR, {"password": "other horse"}).status_code == 422
    assert not AuthenticatorApp.objects.exists()
    assert not is_in(site)
    assert site.post(LOGIN_FACTOR, PASSWORD)["Location"] == LOGIN_FACTOR
    site.get(LOGIN_FACTOR)
    answer = site.post(LOGIN_FACTOR, {"code": current_code(owner, confirmed=False)})
    assert answer.context["onward"] == "/bureau/"
    assert is_in(site)


def test_wagtails_own_door_leads_to_ours(site: TenantClient, owner: User) -> None:
    give_factor(owner)
    assert site.get("/_util/login/?next=/a/")["Location"] == f"{LOGIN}?next=/a/"
    site.post("/_util/login/", {"username": owner.email, **PASSWORD})
    assert not is_in(site)


def test_somebody_elses_code_does_not_open(site: TenantClient, owner: User, member_as: Callable[[str], User]) -> None:
    boris = member_as("manager")
    give_factor(owner)
    give_factor(boris, b"abcdefghij0123456789")
    sign_in(site, owner)
    assert site.post(LOGIN_CODE, {"code": current_code(boris)}).status_code == 422


def test_another_campaign_knows_nothing_of_it(
    tenant: TenantFacts, other_tenant: TenantFacts, site: TenantClient, owner: User
) -> None:
    with tenant_context(other_tenant):
        same = User.objects.create_user(owner.email, "correct horse", pk=owner.pk)
    give_factor(owner)
    sign_in(site, owner)
    stranger = TenantClient(other_tenant.primary_host)
    stranger.cookies = site.cookies
    assert stranger.post(LOGIN_CODE, {"code": current_code(owner)})["Location"] == LOGIN
    with tenant_context(other_tenant):
        assert not AuthenticatorApp.objects.filter(user_id=same.pk).exists()


def test_a_required_one_is_set_up_at_the_next_sign_in(site: TenantClient, owner: User, required: None) -> None:
    assert sign_in(site, owner)["Location"] == LOGIN_FACTOR
    assert not is_in(site)
    assert AuthenticatorApp.objects.count() == 0
    site.get(LOGIN_FACTOR)
    answer = site.post(LOGIN_FACTOR, {"code": current_code(owner, confirmed=False)})
    assert len(answer.context["codes"]) == 10
    assert answer.context["onward"] == "/bureau/"
    assert is_in(site)


def test_whoever_joins_a_campaign_that_requires_one_sets_it_up(
    site: TenantClient, office: TenantClient, owner: User, required: None, django_capture_on_commit_callbacks: Any
) -> None:
    give_factor(owner)
    with django_capture_on_commit_callbacks(execute=True):
        office.post("/bureau/equipe/invitations/", {"email": "chloe@example.org", "role": "reader", "language": "fr"})
    found = re.search(r"http://[^/]+(/bureau/invitation/\S+)", str(mail.outbox[-1].body))
    assert found
    values = {"first_name": "Chloé", "last_name": "Vidal", "password": "marché du Prado"}
    assert site.post(found[1], values)["Location"] == LOGIN_FACTOR
    assert not is_in(site)


def test_new_codes_and_another_telephone_ask_for_a_code(office: TenantClient, owner: User) -> None:
    give_factor(owner)
    for answer in (office.post(f"{OWN}codes/"), office.get(SET_UP)):
        assert answer["Location"].startswith(CODE)
    confirm(office, owner, to=OWN)
    first: list[str] = office.post(f"{OWN}codes/").context["codes"]
    second: list[str] = office.post(f"{OWN}codes/").context["codes"]
    assert not set(first) & set(second)
    assert RecoveryCode.objects.count() == 10
    assert office.get(SET_UP).status_code == 200
    session = office.session
    session["second_factor_shown_at"] = (timezone.now() - timedelta(minutes=11)).timestamp()
    session.save()
    assert office.get(SET_UP)["Location"].startswith(CODE)


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"code": "12345x"}])
def test_removing_it_takes_password_and_code(office: TenantClient, owner: User, wrong: dict[str, str]) -> None:
    give_factor(owner)
    assert office.post(f"{OWN}retrait/", {**PASSWORD, "code": current_code(owner), **wrong}).status_code == 422
    calm()
    assert AuthenticatorApp.objects.exists()
    assert office.post(f"{OWN}retrait/", {**PASSWORD, "code": current_code(owner)})["Location"] == OWN
    assert not AuthenticatorApp.objects.exists()
    assert FactorEvent.objects.get().kind == "removed"


def test_a_required_one_cannot_be_removed(office: TenantClient, owner: User, required: None) -> None:
    give_factor(owner)
    assert "retrait" not in office.get(OWN).content.decode()
    assert office.post(f"{OWN}retrait/", {**PASSWORD, "code": current_code(owner)}).status_code == 422
    assert AuthenticatorApp.objects.exists()


def test_a_lost_one_is_reset_logged_and_told_by_mail(
    office: TenantClient,
    site: TenantClient,
    owner: User,
    member_as: Callable[[str], User],
    django_capture_on_commit_callbacks: Any,
) -> None:
    boris = member_as("manager")
    give_factor(boris, b"abcdefghij0123456789")
    sign_in(site, boris)
    site.post(LOGIN_CODE, {"code": current_code(boris)})
    assert is_in(site)
    reset = f"/bureau/equipe/{boris.pk}/second-facteur/"
    assert office.post(reset)["Location"].startswith(CODE)
    confirm(office, owner, to="/bureau/equipe/")
    with django_capture_on_commit_callbacks(execute=True):
        assert office.post(reset)["Location"] == "/bureau/equipe/"
    assert not AuthenticatorApp.objects.filter(user=boris).exists()
    assert not is_in(site)
    assert sign_in(site, boris)["Location"] == "/bureau/"
    event = FactorEvent.objects.get(kind="reset")
    assert (event.member, event.by) == (boris, owner)
    assert mail.outbox[-1].to == [boris.email]
    assert "Ada Durand" in mail.outbox[-1].body
    assert "Ada Durand" in office.get("/bureau/equipe/").content.decode()


def test_a_manager_does_not_reset_an_owner_and_nobody_herself(
    office_as: Callable[[str], TenantClient], owner: User
) -> None:
    manager = office_as("manager")
    boris = User.objects.get(email="manager@example.org")
    give_factor(owner)
    confirm(manager, boris, to="/bureau/equipe/")
    manager.post(f"/bureau/equipe/{owner.pk}/second-facteur/")
    assert manager.post(f"/bureau/equipe/{boris.pk}/second-facteur/").status_code == 404
    assert AuthenticatorApp.objects.count() == 2
    assert office_as("reader").post(f"/bureau/equipe/{boris.pk}/second-facteur/").status_code == 403
    assert manager.post("/bureau/equipe/second-facteur/", {"required": "1"}).status_code == 403


def test_an_owner_asks_it_of_everybody_once_she_has_one(office: TenantClient, owner: User) -> None:
    page = "/bureau/equipe/second-facteur/"
    assert office.post(page, {"required": "1"})["Location"].startswith(CODE)
    assert office.get(CODE)["Location"].startswith(OWN)
    confirm(office, owner, to="/bureau/equipe/")
    assert office.get(page).status_code == 405
    assert office.post(page, {"required": "2"}).status_code == 404
    for wanted in (True, False):
        office.post(page, {"required": str(int(wanted))})
        assert CampaignProfile.objects.get().requires_second_factor is wanted
    assert [event.kind for event in FactorEvent.objects.all()] == ["not_required", "required"]


def test_the_lines_are_kept_for_a_year(office: TenantClient, owner: User) -> None:
    old = FactorEvent.objects.create(kind="removed", member=owner, by=owner, at=timezone.now() - timedelta(days=366))
    enrol(office, owner)
    assert not FactorEvent.objects.filter(pk=old.pk).exists()


def test_an_operator_resets_it_when_nobody_of_the_campaign_can(tenant: TenantFacts, owner: User) -> None:
    give_factor(owner)
    names = {"campaign": tenant.primary_host, "email": owner.email}
    call_command("reset_member_factor", stdout=StringIO(), **names)
    with tenant_context(tenant):
        assert not AuthenticatorApp.objects.exists()
        assert FactorEvent.objects.get().by is None
    for wrong in ({}, {"email": "nobody@example.org"}, {"campaign": "nowhere.example"}):
        with pytest.raises(CommandError):
            call_command("reset_member_factor", stdout=StringIO(), **{**names, **wrong})
