"""Who a session belongs to and what she may do: asked anew at each request, with one question for each."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user
from django.contrib.auth.models import Group, Permission
from django.test import RequestFactory
from django.urls import reverse

from tenants.facts import TenantFacts
from tenants.users.models import User

ACCESS = "wagtailadmin.access_admin"


def user_of(browser: Any) -> Any:
    request = RequestFactory().get("/")
    request.session = browser.session
    return get_user(request)


def test_a_role_taken_away_holds_at_the_next_page(office: Any) -> None:
    assert office.get(reverse("people:list")).status_code == 200
    assert user_of(office).has_perm(ACCESS)

    User.objects.get().groups.clear()

    assert not user_of(office).has_perm(ACCESS)
    assert office.get(reverse("people:list")).status_code == 302


def test_a_right_taken_from_the_role_holds_at_the_next_page(office: Any) -> None:
    Group.objects.get(name="owner").permissions.remove(Permission.objects.get(codename="access_admin"))

    assert office.get(reverse("people:list")).status_code == 302


def test_a_closed_account_is_nobody(office: Any) -> None:
    User.objects.update(is_active=False)

    assert user_of(office).is_anonymous


def test_rights_come_with_the_role_only(tenant: TenantFacts, member_as: Callable[[str], User]) -> None:
    reader = member_as("reader")
    reader.user_permissions.add(Permission.objects.get(codename="delete_person"))

    assert not reader.has_perm("people.delete_person")
    assert reader.has_perm(ACCESS)
    assert reader.role == "reader"  # as the rights' question told it


def test_the_member_comes_with_her_profile(office: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        user = user_of(office)
        assert not hasattr(user, "wagtail_userprofile") or user.wagtail_userprofile


def test_her_role_comes_with_her_rights(office: Any, django_assert_num_queries: Any) -> None:
    user = user_of(office)

    with django_assert_num_queries(1):
        assert user.has_perm(ACCESS)
        assert user.role == "owner"
