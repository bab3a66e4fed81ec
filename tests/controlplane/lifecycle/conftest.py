from collections.abc import Callable
from typing import Any

import pytest

from controlplane.models import Campaign
from tenants.users.models import User
from tests.database import TENANT


@pytest.fixture
def campaign(campaign_of: Callable[..., Campaign], customer: User) -> Campaign:
    """The directory's side of the campaign that the cell has."""
    return campaign_of(customer, uuid=TENANT, slug="demain", name="Demain")


@pytest.fixture
def all_of_it(run_tasks: None, django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """Messages travel, the cell does the job, the news come back: `with all_of_it():`."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
