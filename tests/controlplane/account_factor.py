"""The second factor of a customer's account, as a visitor meets it."""

from typing import Any

from controlplane.audit.models import AuditEntry
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.controlplane.conftest import PASSWORD
from tests.factors import current_code

DOOR, CODE = "/connexion/", "/connexion/code/"
PAGE, SET_UP = "/compte/second-facteur/", "/compte/second-facteur/installer/"
CODES, REMOVAL = "/compte/second-facteur/codes/", "/compte/second-facteur/retirer/"


def type_password(browser: TenantClient, user: User, **values: str) -> Any:
    return browser.post(DOOR, {"email": user.email, "password": PASSWORD, **values})


def is_in(browser: TenantClient) -> bool:
    return bool(browser.get("/compte/").status_code == 200)


def enrol(browser: TenantClient, user: User, query: str = "") -> Any:
    browser.post(PAGE + query, {"password": PASSWORD})
    browser.get(SET_UP + query)
    return browser.post(SET_UP + query, {"code": current_code(user, confirmed=False)})


def actions() -> list[str]:
    return [entry.action for entry in AuditEntry.objects.order_by("pk")]
