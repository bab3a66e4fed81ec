"""What asks for the second factor of a customer's account, and what becomes of a lost telephone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from controlplane.audit.models import AuditEntry
from controlplane.jobs.models import CampaignJob
from controlplane.models import Campaign
from tenants.factors.models import AuthenticatorApp, RecoveryCode
from tenants.factors.showing import FACTOR_SHOWN_AT
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.controlplane.account_factor import PAGE, actions, enrol, is_in, type_password
from tests.controlplane.conftest import PASSWORD
from tests.factors import current_code, give_factor, has_shown

pytestmark = pytest.mark.usefixtures("public_schema")
MakeCampaign = Callable[..., Campaign]


@pytest.fixture
def campaign(campaign_of: MakeCampaign, customer: User) -> Campaign:
    return campaign_of(customer)


# --- what asks for it


def test_who_has_none_sets_one_up_before_a_whole_export(
    signed_in: TenantClient, customer: User, campaign: Campaign
) -> None:
    data = f"/compte/{campaign.uuid}/donnees/"
    wanted = f"{PAGE}?{urlencode({'next': data})}"
    page = signed_in.get(data).content.decode()
    assert wanted in page
    assert "Préparer un export" not in page
    assert signed_in.post(data)["Location"] == wanted
    assert not CampaignJob.objects.exists()
    assert enrol(signed_in, customer, f"?next={data}").context["onward"] == data
    assert "/travaux/" in signed_in.post(data)["Location"]


def test_a_whole_export_is_ordered_with_a_fresh_code_only(
    signed_in: TenantClient, customer: User, campaign: Campaign
) -> None:
    has_shown(signed_in, customer, minutes_ago=11)
    data = f"/compte/{campaign.uuid}/donnees/"
    assert signed_in.post(data).status_code == 422
    assert signed_in.post(data, {"code": "000000"}).status_code == 422
    assert not CampaignJob.objects.exists()
    AuthenticatorApp.objects.update(throttling_failure_count=0)
    code = current_code(customer)
    assert "/travaux/" in signed_in.post(data, {"code": code})["Location"]
    session = signed_in.session
    session[FACTOR_SHOWN_AT] = 0.0
    session.save()
    assert signed_in.post(data, {"code": code}).status_code == 422  # used up


def test_a_whole_export_is_fetched_with_password_and_fresh_code_only(
    signed_in: TenantClient, customer: User, campaign: Campaign, now: Any
) -> None:
    until = (timezone.now() + timedelta(days=7)).isoformat()
    result = {"name": "exports/abc.zip", "size": 12_345, "rows": 5_000, "files": 7, "expires_at": until}
    job = CampaignJob.objects.create(
        uuid=uuid4(), campaign=campaign, kind="export", cell="fr-1", asked_by="owner", asked_at=now, news_at=now,
        state="done", finished_at=now, result=result,
    )  # fmt: skip
    take = f"/compte/{campaign.uuid}/donnees/{job.uuid}/"
    for answer in (signed_in.get(take), signed_in.post(take, {"password": PASSWORD})):
        assert answer["Location"].startswith(PAGE)
    has_shown(signed_in, customer, minutes_ago=11)
    assert signed_in.post(take, {"password": PASSWORD}).status_code == 422
    assert signed_in.post(take, {"password": "guess", "code": current_code(customer)}).status_code == 422
    assert actions() == []
    answer = signed_in.post(take, {"password": PASSWORD, "code": current_code(customer)})
    assert answer["Location"].startswith(f"{campaign.address}/exports/abc.zip?s=")


def test_closing_asks_for_a_fresh_code_of_who_has_one(
    signed_in: TenantClient, customer: User, campaign: Campaign
) -> None:
    has_shown(signed_in, customer, minutes_ago=11)
    close = f"/compte/{campaign.uuid}/fermer/"
    assert signed_in.post(close, {"typed": campaign.slug}).status_code == 422
    assert not CampaignJob.objects.exists()
    answer = signed_in.post(close, {"typed": campaign.slug, "code": current_code(customer)})
    assert "/travaux/" in answer["Location"]


def test_a_new_password_asks_for_a_fresh_code_of_who_has_one(signed_in: TenantClient, customer: User) -> None:
    has_shown(signed_in, customer, minutes_ago=11)
    values = {"current": PASSWORD, "password": "rideau-neuf-2027"}
    assert signed_in.post("/compte/profil/", values).status_code == 422
    customer.refresh_from_db()
    assert customer.check_password(PASSWORD)
    signed_in.post("/compte/profil/", {**values, "code": current_code(customer)})
    customer.refresh_from_db()
    assert customer.check_password("rideau-neuf-2027")
    assert is_in(signed_in)


def test_the_button_into_the_office_asks_for_no_second_code(
    signed_in: TenantClient, customer: User, campaign: Campaign
) -> None:
    """The account showed its own at sign-in; the office asks for its own."""
    has_shown(signed_in, customer, minutes_ago=60)
    answer = signed_in.post(f"/compte/{campaign.uuid}/entrer/")
    assert answer["Location"].startswith(f"{campaign.address}/bureau/entrer/")


# --- a lost telephone


@pytest.mark.usefixtures("run_tasks")
def test_an_administrator_resets_a_lost_one_which_is_logged_told_and_ends_the_sessions(
    console: TenantClient, signed_in: TenantClient, customer: User, django_capture_on_commit_callbacks: Any
) -> None:
    has_shown(signed_in, customer)
    RecoveryCode.objects.create(user=customer, digest="old")
    values = {"action": "reset", "_selected_action": str(customer.pk)}
    with django_capture_on_commit_callbacks(execute=True):
        assert console.post("/console/users/user/", values).status_code == 302
    assert not AuthenticatorApp.objects.filter(user=customer).exists()
    assert not RecoveryCode.objects.filter(user=customer).exists()
    assert not is_in(signed_in)
    entry = AuditEntry.objects.get(action="account.factor_reset")
    assert (entry.actor, entry.details) == ("operator", {"account": customer.pk})
    (letter,) = mail.outbox
    assert (letter.to, "réinitialisé" in letter.subject) == ([customer.email], True)
    assert type_password(signed_in, customer)["Location"] == "/compte/"


def test_a_reset_asks_for_the_operators_fresh_code(console: TenantClient, customer: User) -> None:
    give_factor(customer)
    session = console.session
    session[FACTOR_SHOWN_AT] = 0.0
    session.save()
    answer = console.post("/console/users/user/", {"action": "reset", "_selected_action": str(customer.pk)})
    assert answer["Location"].startswith("/console/second-facteur/")
    assert AuthenticatorApp.objects.filter(user=customer).exists()


@pytest.mark.parametrize("role", ["reader", "support"])
def test_lower_roles_reset_nothing(operator_as: Callable[[str], TenantClient], customer: User, role: str) -> None:
    give_factor(customer)
    operator_as(role).post("/console/users/user/", {"action": "reset", "_selected_action": str(customer.pk)})
    assert AuthenticatorApp.objects.filter(user=customer).exists()


def test_an_operators_own_is_not_reset_among_customers(
    console: TenantClient, operator_as: Callable[[str], TenantClient]
) -> None:
    operator_as("reader")
    reader = User.objects.get(email="reader@example.net")
    console.post("/console/users/user/", {"action": "reset", "_selected_action": str(reader.pk)})
    assert AuthenticatorApp.objects.filter(user=reader).exists()
