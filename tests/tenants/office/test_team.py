import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from tenants.facts import TenantFacts
from tenants.office.models import Invitation
from tenants.office.services.team import (
    AlreadyInTeam,
    LastOwner,
    NewMember,
    OwnersOnly,
    add_member,
    change_role,
    deactivate_member,
    invite_member,
)
from tenants.users.models import User
from tests.conftest import TenantClient

MemberAs = Callable[[str], User]
CHLOE = NewMember("chloe@example.org", "communications", "fr", "Chloé", "Vidal")


@pytest.fixture
def invited(
    owner: User, run_tasks: None, django_capture_on_commit_callbacks: Any
) -> Callable[..., tuple[Invitation, str]]:
    """Invite Chloé, let the mail go, and return the invitation with the path of its link."""

    def invite(member: NewMember = CHLOE, at: datetime | None = None) -> tuple[Invitation, str]:
        with django_capture_on_commit_callbacks(execute=True):
            invitation = invite_member(member=member, by=owner, now=at or timezone.now())
        found = re.search(r"http://[^/]+(/bureau/invitation/\S+)", str(mail.outbox[-1].body))
        assert found
        return invitation, found[1]

    return invite


def test_an_invitation_speaks_the_language_of_who_is_invited(invited: Any, tenant: TenantFacts) -> None:
    invited()
    invited(NewMember("dov@example.org", "reader", "en"))

    assert [letter.to for letter in mail.outbox] == [["chloe@example.org"], ["dov@example.org"]]
    assert "vous invite à rejoindre" in mail.outbox[0].body
    assert "invites you to join" in mail.outbox[1].body
    assert tenant.name in mail.outbox[0].subject


def test_who_is_invited_chooses_a_password_and_is_in(invited: Any, site: TenantClient) -> None:
    _invitation, path = invited()

    answer = site.post(path, {"first_name": "Chloé", "last_name": "Vidal", "password": "marché du Prado"})

    chloe = User.objects.get(email="chloe@example.org")
    assert (chloe.role, chloe.check_password("marché du Prado")) == ("communications", True)
    assert answer["Location"] == "/bureau/"
    assert site.get("/bureau/").status_code == 200


def test_a_link_works_once(invited: Any, site: TenantClient) -> None:
    _invitation, path = invited()
    words = {"first_name": "Chloé", "last_name": "Vidal", "password": "marché du Prado"}
    site.post(path, words)

    assert site.get(path).status_code == 410
    assert site.post(path, {**words, "password": "autre chose encore"}).status_code == 410


def test_a_link_dies_after_seven_days(invited: Any, site: TenantClient) -> None:
    _invitation, path = invited(at=timezone.now() - timedelta(days=7, seconds=1))

    assert site.get(path).status_code == 410


def test_inviting_again_kills_the_first_link(invited: Any, site: TenantClient) -> None:
    _first, old = invited(at=timezone.now() - timedelta(hours=1))
    _second, new = invited()

    assert (site.get(old).status_code, site.get(new).status_code) == (410, 200)
    assert Invitation.objects.count() == 1


def test_a_weak_password_is_refused_beside_its_field(invited: Any, site: TenantClient) -> None:
    _invitation, path = invited()

    answer = site.post(path, {"first_name": "Chloé", "last_name": "Vidal", "password": "12345"})

    assert answer.status_code == 422
    assert 'id="id_password_error"' in answer.content.decode()
    assert not User.objects.filter(email="chloe@example.org").exists()


def test_a_member_is_not_invited_again(owner: User, member_as: MemberAs, now: datetime) -> None:
    reader = member_as("reader")

    with pytest.raises(AlreadyInTeam):
        invite_member(member=NewMember(reader.email.upper(), "manager"), by=owner, now=now)


def test_a_manager_cannot_make_or_touch_an_owner(member_as: MemberAs, now: datetime) -> None:
    ada, boris, dov = member_as("owner"), member_as("manager"), member_as("reader")

    with pytest.raises(OwnersOnly):
        invite_member(member=NewMember("x@example.org", "owner"), by=boris, now=now)
    with pytest.raises(OwnersOnly):
        change_role(member=dov, role="owner", by=boris)
    with pytest.raises(OwnersOnly):
        deactivate_member(member=ada, by=boris)


def test_a_campaign_keeps_an_owner(member_as: MemberAs) -> None:
    ada = member_as("owner")

    with pytest.raises(LastOwner):
        change_role(member=ada, role="manager", by=ada)
    with pytest.raises(LastOwner):
        deactivate_member(member=ada, by=ada)

    assert User.objects.get(pk=ada.pk).role == "owner"


def test_a_second_owner_lets_the_first_step_down(member_as: MemberAs, now: datetime) -> None:
    ada = member_as("owner")
    add_member(member=NewMember("b@example.org", "owner"), now=now)

    change_role(member=ada, role="reader", by=ada)

    assert User.objects.get(pk=ada.pk).role == "reader"


def test_a_closed_account_is_out_at_once(
    owner: User, member_as: MemberAs, office_as: Callable[[str], TenantClient]
) -> None:
    reader = member_as("reader")
    browser = office_as("reader")
    assert browser.get("/bureau/").status_code == 200

    deactivate_member(member=reader, by=owner)

    assert browser.get("/bureau/").status_code == 302


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("manager", 200), ("communications", 403), ("reader", 403)]
)
def test_the_team_screen_is_for_those_who_manage(
    role: str, status: int, office_as: Callable[[str], TenantClient]
) -> None:
    assert office_as(role).get("/bureau/equipe/").status_code == status


def test_the_office_invites_from_its_screen(
    office: TenantClient, run_tasks: None, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = office.post(
            "/bureau/equipe/invitations/", {"email": "New@Example.org", "role": "reader", "language": "fr"}
        )

    assert answer["Location"] == "/bureau/equipe/"
    assert [letter.to for letter in mail.outbox] == [["new@example.org"]]


def test_a_manager_cannot_give_the_owners_role_by_hand(
    office_as: Callable[[str], TenantClient], member_as: MemberAs
) -> None:
    reader = member_as("reader")

    office_as("manager").post(f"/bureau/equipe/{reader.pk}/role/", {"role": "owner"})

    assert User.objects.get(pk=reader.pk).role == "reader"


def test_wagtails_own_user_screens_are_closed_to_everybody(office: TenantClient) -> None:
    for address in ("/bureau/users/", "/bureau/groups/"):
        assert office.get(address).status_code in (302, 404)
