"""Nothing leaves the region that its owner chose without her word: asked for, given or refused, and not for ever."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from controlplane.archives.agreeing import AgreementOver, AlreadyAsked, CannotAsk, answer_agreement, ask_agreement
from controlplane.archives.models import Move, MoveAgreement
from controlplane.archives.moving import NeedsAgreement, request_move
from controlplane.audit.actors import SYSTEM, owner
from controlplane.audit.queries import audit_of
from controlplane.models import Campaign, Cell, Region
from tenants.factors.showing import FACTOR_SHOWN_AT
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.controlplane.conftest import PASSWORD
from tests.factors import current_code, has_shown

pytestmark = pytest.mark.usefixtures("public_schema")
REASON = "De nouvelles machines, à Francfort"


@pytest.fixture
def campaign(campaign_of: Callable[..., Campaign], customer: User) -> Campaign:
    return campaign_of(customer)


@pytest.fixture
def target(public_schema: None) -> Cell:
    return Cell.objects.get_or_create(name="de-1", defaults={"region": Region.objects.get(code="de")})[0]


@pytest.fixture
def asked(campaign: Campaign, target: Cell) -> MoveAgreement:
    return ask_agreement(campaign=campaign, region=target.region, reason=REASON, by=SYSTEM, now=timezone.now())


def move(campaign: Campaign, target: Cell, now: datetime) -> Move:
    return request_move(campaign=campaign, target=target, by=SYSTEM, now=now)


def answer(agreement: MoveAgreement, *, agrees: bool, now: datetime) -> MoveAgreement:
    return answer_agreement(agreement=agreement, agrees=agrees, by=owner(agreement.campaign.owner), now=now)


def test_a_campaign_leaves_its_region_with_its_owners_word_and_within_it_without(
    campaign: Campaign, target: Cell, asked: MoveAgreement
) -> None:
    now = timezone.now()
    with pytest.raises(NeedsAgreement):
        move(campaign, target, now)
    answer(asked, agrees=True, now=now)
    assert move(campaign, target, now).target == target
    asked.refresh_from_db()
    assert asked.state == "used"
    with pytest.raises(AgreementOver):  # it has begun
        answer(asked, agrees=False, now=now)
    Move.objects.all().delete()
    campaign.jobs.all().delete()
    neighbor = Cell.objects.create(name="fr-2", region=campaign.region)
    assert move(campaign, neighbor, now).target == neighbor


@pytest.mark.parametrize("agrees", [True, False])
def test_no_or_a_yes_taken_back_or_too_old_moves_nothing(
    campaign: Campaign, target: Cell, asked: MoveAgreement, agrees: bool
) -> None:
    now = timezone.now()
    if agrees:
        answer(asked, agrees=True, now=now)
        with pytest.raises(NeedsAgreement):
            move(campaign, target, now + timedelta(days=8))
        elsewhere = Cell.objects.create(name="be-1", region=Region.objects.create(code="be", country="BE"))
        with pytest.raises(NeedsAgreement):
            move(campaign, elsewhere, now)
    said = answer(asked, agrees=False, now=now)
    assert said.state == ("withdrawn" if agrees else "refused")
    with pytest.raises(NeedsAgreement):
        move(campaign, target, now)
    with pytest.raises(AgreementOver):
        answer(asked, agrees=True, now=now)


def test_she_is_asked_one_thing_at_a_time_and_again_when_it_is_too_old(
    campaign: Campaign, target: Cell, asked: MoveAgreement
) -> None:
    now = timezone.now()
    with pytest.raises(AlreadyAsked):
        ask_agreement(campaign=campaign, region=target.region, reason=REASON, by=SYSTEM, now=now)
    with pytest.raises(CannotAsk):
        ask_agreement(campaign=campaign, region=campaign.region, reason=REASON, by=SYSTEM, now=now)
    late = now + timedelta(days=8)
    with pytest.raises(AgreementOver):
        answer(asked, agrees=True, now=late)
    again = ask_agreement(campaign=campaign, region=target.region, reason=REASON, by=SYSTEM, now=late)
    asked.refresh_from_db()
    assert (asked.state, again.state) == ("expired", "asked")


def test_the_owner_agrees_with_her_password_and_may_take_it_back(
    signed_in: TenantClient, campaign: Campaign, asked: MoveAgreement
) -> None:
    page = f"/compte/{campaign.uuid}/donnees/region/"
    assert page in signed_in.get(f"/compte/{campaign.uuid}/").content.decode()
    assert REASON in signed_in.get(page).content.decode()
    assert signed_in.post(page, {"answer": "agree", "password": "guess"}).status_code == 422
    signed_in.post(page, {"answer": "agree", "password": PASSWORD})
    asked.refresh_from_db()
    assert asked.state == "agreed"
    signed_in.post(page, {"answer": "refuse"})
    asked.refresh_from_db()
    assert asked.state == "withdrawn"
    assert [line.action for line in audit_of(campaign.uuid)] == [
        "move.withdrawn",
        "move.agreed",
        "move.agreement_asked",
    ]
    assert "Accord repris" in signed_in.get(page).content.decode()
    signed_in.post(page, {"answer": "agree", "password": PASSWORD})
    asked.refresh_from_db()
    assert asked.state == "withdrawn"


def test_a_yes_asks_for_a_fresh_code_of_who_has_one_and_a_no_does_not(
    signed_in: TenantClient, customer: User, campaign: Campaign, asked: MoveAgreement
) -> None:
    has_shown(signed_in, customer, minutes_ago=11)
    page = f"/compte/{campaign.uuid}/donnees/region/"
    assert signed_in.post(page, {"answer": "agree", "password": PASSWORD}).status_code == 422
    asked.refresh_from_db()
    assert asked.state == "asked"
    signed_in.post(page, {"answer": "agree", "password": PASSWORD, "code": current_code(customer)})
    asked.refresh_from_db()
    assert asked.state == "agreed"
    session = signed_in.session
    session[FACTOR_SHOWN_AT] = 0.0
    session.save()
    signed_in.post(page, {"answer": "refuse"})
    asked.refresh_from_db()
    assert asked.state == "withdrawn"


def test_nobody_else_answers_for_her(platform: TenantClient, stranger: User, asked: MoveAgreement) -> None:
    page = f"/compte/{asked.campaign.uuid}/donnees/region/"
    assert platform.get(page).status_code == 302
    platform.force_login(stranger)
    assert platform.post(page, {"answer": "agree", "password": PASSWORD}).status_code == 404
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_an_operator_asks_and_then_finds_the_cells_of_the_region(
    console: TenantClient, operator_as: Callable[[str], TenantClient], campaign: Campaign, target: Cell
) -> None:
    page = f"/console/campaign_archives/move/nouveau/{campaign.pk}/"
    assert "de-1" not in console.get(page).content.decode()
    assert console.post(page, {"target": target.pk}).status_code == 422
    wish = {"region": target.region.pk, "reason": REASON}
    assert operator_as("support").post(f"{page}accord/", wish).status_code == 403
    assert console.post(f"{page}accord/", {**wish, "reason": ""}).status_code == 422
    for _twice in range(2):
        console.post(f"{page}accord/", wish)
    asked = MoveAgreement.objects.get()
    assert (asked.region, asked.reason, asked.state) == (target.region, REASON, "asked")
    assert "de-1" not in console.get(page).content.decode()
    answer(asked, agrees=True, now=timezone.now())
    assert "de-1" in console.get(page).content.decode()
    console.post(page, {"target": target.pk})
    assert Move.objects.get().target == target


@pytest.mark.usefixtures("run_tasks")
def test_both_sides_are_told_by_mail(
    campaign: Campaign, target: Cell, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.ADMINS = [("Operators", "rose@example.net")]
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        asked = ask_agreement(campaign=campaign, region=target.region, reason=REASON, by=SYSTEM, now=now)
    with django_capture_on_commit_callbacks(execute=True):
        answer(asked, agrees=True, now=now)
    question, told = mail.outbox
    assert question.to == ["ada@example.org"]
    assert REASON in question.body
    assert f"/compte/{campaign.uuid}/donnees/region/" in question.body
    assert told.to == ["rose@example.net"]
    assert "Accord donné" in told.body
