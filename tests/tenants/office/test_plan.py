"""Who is led to a larger plan: whoever holds the account, and the others to her."""

from datetime import datetime, timedelta

import pytest

from crm.imports.models import Import
from crm.people.models import Person
from tenants.facts import TenantFacts
from tenants.office.models import Invitation
from tenants.office.queries import account_holders
from tenants.office.services.team import NewMember, add_member, invite_member
from tenants.users.models import User
from tests.conftest import TenantClient


@pytest.fixture
def boris(owner: User, now: datetime) -> User:
    """An owner whom Ada invited: he has no account on the platform, or none that holds this campaign."""
    member = NewMember("boris@example.org", "owner", first_name="Boris")
    invite_member(member=member, by=owner, now=now)
    Invitation.objects.update(accepted_at=now)
    return add_member(member=member, now=now)


@pytest.fixture
def stopped(tenant: TenantFacts, now: datetime) -> str:
    run = Import.objects.create(
        name="Liste", state="failed", failure="limit", file="x", total=2, checksum="1", created_at=now - timedelta(1)
    )
    return f"/bureau/imports/{run.pk}/"


@pytest.fixture
def is_over(tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenants.office.panels.contact_limit", lambda: 1)
    Person.objects.bulk_create(Person(created_at=now) for _number in range(2))


@pytest.mark.usefixtures("is_over")
def test_whoever_holds_the_account_is_led_to_the_plans(
    tenant: TenantFacts, owner: User, boris: User, stopped: str, office: TenantClient
) -> None:
    address = f"/compte/{tenant.uuid}/palier/"

    assert list(account_holders()) == [owner]
    assert address in office.get("/bureau/").content.decode()
    assert address in office.get(stopped).content.decode()


@pytest.mark.usefixtures("is_over")
def test_another_owner_is_told_who_that_is(
    tenant: TenantFacts, owner: User, boris: User, stopped: str, office: TenantClient
) -> None:
    office.force_login(boris)
    for page in (office.get("/bureau/"), office.get(stopped)):
        words = page.content.decode()
        assert f"/compte/{tenant.uuid}/" not in words
        assert f"C’est {owner} qui peut choisir" in words


@pytest.mark.usefixtures("is_over")
def test_where_nobody_is_known_to_hold_it_the_account_is_named(
    tenant: TenantFacts, owner: User, boris: User, office: TenantClient
) -> None:
    owner.groups.clear()
    office.force_login(boris)

    assert "son compte sur la plateforme</a>" in office.get("/bureau/").content.decode()
