from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from billing.plans import get_plan
from billing.services import start_subscription
from controlplane.audit.actors import SYSTEM
from controlplane.enums import OperatorRole
from controlplane.models import Campaign, Cell, Region
from controlplane.operators.services import NewOperator, make_operator
from tenants.factors.models import AuthenticatorApp
from tenants.factors.sealing import seal
from tenants.factors.showing import FACTOR_SHOWN_AT
from tenants.users.models import User
from tests.conftest import TenantClient

PASSWORD = "urne-et-rideau-2027"


@pytest.fixture
def region(public_schema: None) -> Region:
    return Region.objects.get(code="fr")


@pytest.fixture
def customer(public_schema: None) -> User:
    return User.objects.create_user("ada@example.org", PASSWORD, first_name="Ada", last_name="Durand")


@pytest.fixture
def stranger(public_schema: None) -> User:
    return User.objects.create_user("chloe@example.org", PASSWORD, first_name="Chloé", last_name="Petit")


@pytest.fixture
def signed_in(platform: TenantClient, customer: User) -> TenantClient:
    platform.force_login(customer)
    return platform


@pytest.fixture
def campaign_of(region: Region, now: Any) -> Callable[..., Campaign]:
    """A campaign that stands, with its subscription."""

    def make(owner: User, slug: str = "avec-ada", **values: Any) -> Campaign:
        defaults = {
            "uuid": uuid4(),
            "name": "Avec Ada",
            "kind": "candidate",
            "region": region,
            "cell": Cell.objects.get(name="fr-1"),
            "plan_code": "1k",
            "state": "active",
            "opening": "done",
            "created_at": now,
        }
        campaign = Campaign.objects.create(slug=slug, owner=owner, **{**defaults, **values})
        start_subscription(campaign_uuid=campaign.uuid, plan=get_plan(campaign.plan_code), now=now)
        return campaign

    return make


@pytest.fixture
def operator_as(public_schema: None, settings: Any, now: Any) -> Callable[[str], TenantClient]:
    """A client in the console with this role, second factor shown."""

    def client(role: str) -> TenantClient:
        new = NewOperator(f"{role}@example.net", OperatorRole(role), "Rose", "Okafor", password=PASSWORD)
        operator, _created = make_operator(new=new, by=SYSTEM, now=now)
        values = {"name": "", "sealed_secret": seal(b"0" * 20), "created_at": now}
        app, _made = AuthenticatorApp.objects.get_or_create(user=operator.user, confirmed=True, defaults=values)
        browser = TenantClient(settings.PLATFORM_HOST)
        browser.force_login(operator.user)
        session = browser.session
        session.update({DEVICE_ID_SESSION_KEY: app.persistent_id, FACTOR_SHOWN_AT: timezone.now().timestamp()})
        session.save()
        return browser

    return client


@pytest.fixture
def console(operator_as: Callable[[str], TenantClient]) -> TenantClient:
    return operator_as("administrator")


@pytest.fixture
def typed() -> Callable[..., dict[str, str]]:
    """What somebody types in the sign-up form."""

    def values(**changes: str) -> dict[str, str]:
        return {
            "submission": str(uuid4()),
            "name": "Demain Brest",
            "slug": "demain-brest",
            "kind": "candidate",
            "region": "fr",
            "plan": "25k",
            "first_name": "Inès",
            "last_name": "Lahlou",
            "email": "Ines.Lahlou@example.org",
            "password": PASSWORD,
            "contract": "on",
            **changes,
        }

    return values
