from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from wagtail.models import GroupPagePermission

from tenants.facts import TenantFacts
from tenants.users.enums import Role
from tenants.users.models import User
from tenants.users.permissions import PERMISSIONS, UnknownPermission, can

MemberAs = Callable[[str], User]


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("owner", "campaign.close", None),
        ("manager", "team.edit", "team.owner"),
        ("communications", "messages.send", "people.edit"),
        ("reader", "people.view", "segments.edit"),
    ],
)
def test_each_role_may_do_its_part(role: str, may: str, may_not: str | None, member_as: MemberAs) -> None:
    member = member_as(role)

    assert can(member, may)
    assert may_not is None or not can(member, may_not)


def test_strangers_and_closed_accounts_may_do_nothing(member_as: MemberAs) -> None:
    owner = member_as("owner")
    owner.is_active = False

    assert not any(can(somebody, name) for somebody in (AnonymousUser(), owner) for name in PERMISSIONS)


def test_an_account_without_a_role_may_do_nothing(tenant: TenantFacts) -> None:
    nobody = User.objects.create_user("nobody@example.org", "correct horse")

    assert not any(can(nobody, name) for name in PERMISSIONS)


def test_a_slip_of_the_pen_is_an_error(owner: User) -> None:
    with pytest.raises(UnknownPermission):
        can(owner, "people.veiw")


def test_every_campaign_has_a_group_for_each_role_and_wagtails_rights_fit(tenant: TenantFacts) -> None:
    rights = {
        group.name: set(GroupPagePermission.objects.filter(group=group).values_list("permission__codename", flat=True))
        for group in Group.objects.all()
    }

    assert set(rights) == set(Role.values)
    assert "publish_page" in rights["communications"]
    assert rights["reader"] == set()


def test_addresses_are_kept_in_small_letters(tenant: TenantFacts) -> None:
    assert User.objects.create_user(" Ada@Example.ORG ").email == "ada@example.org"
