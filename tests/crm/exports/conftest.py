from datetime import date, datetime
from typing import Any

import pytest

from crm.people.models import Person
from crm.people.services import ContactData, capture
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.crm.exports.exporting import FORM, person
from tests.factors import confirm


@pytest.fixture
def people(tenant: TenantFacts, now: datetime) -> list[Person]:
    ada = person(
        now, email="ada@example.org", first_name="Ada", last_name="D’Œuvre", phone="0612345678", tags=("écologie", "vélo"),
        birth_date=date(1990, 5, 1), street="3 rue des Lilas", postcode="13001", city="Marseille", support_level=2,
        external_id="77", gender="f", occupation="Ébéniste", birth_name="Kerbrat",
    )  # fmt: skip
    capture(
        contact=ContactData(email="second@example.org", external_id="77", phone="+32470123456"),
        kind="edited",
        source=FORM,
        now=now,
    )
    return [ada, person(now, email="zoe@example.org", first_name="Zoé", tags=("vélo",))]


@pytest.fixture
def confirmed(office: Any, run_tasks: None) -> Any:
    confirm(office, User.objects.get(email="owner@example.org"), to="/bureau/personnes/exports/")
    return office
