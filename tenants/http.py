from django.http import HttpRequest

from tenants.facts import TenantFacts
from tenants.users.models import User


class TenantRequest(HttpRequest):
    """A request on a campaign's host, by somebody who is signed in."""

    tenant: TenantFacts
    user: User
