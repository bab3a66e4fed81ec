from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse

from controlplane.audit.actors import SYSTEM
from controlplane.audit.models import AuditEntry
from controlplane.enums import OperatorRole
from controlplane.models import Cell
from controlplane.operators.admin import WORDS
from controlplane.operators.models import Operator
from controlplane.operators.services import LastAdministrator, change_operator
from controlplane.permissions import MATRIX, PERMISSIONS, UnknownPermission, may
from tenants.factors.models import AuthenticatorApp
from tenants.users.models import User
from tests.conftest import TenantClient

OperatorAs = Callable[[str], TenantClient]
pytestmark = pytest.mark.usefixtures("public_schema")
LIST = "/console/operators/operator/"


def test_every_permission_has_words_and_an_unknown_one_is_a_mistake(customer: User) -> None:
    assert set(WORDS) == PERMISSIONS
    assert MATRIX[OperatorRole.READER] < MATRIX[OperatorRole.SUPPORT] < MATRIX[OperatorRole.ADMINISTRATOR]
    with pytest.raises(UnknownPermission):
        may(customer, "everything")
    assert not may(customer, "console.view")


@pytest.mark.parametrize(("role", "status"), [("reader", 403), ("support", 403), ("administrator", 302)])
def test_only_administrators_change_cells(operator_as: OperatorAs, role: str, status: int) -> None:
    cell = Cell.objects.get(name="fr-1")
    address = reverse("admin:controlplane_cell_change", args=[cell.pk], urlconf="config.urls_platform")
    browser = operator_as(role)
    assert browser.get(address).status_code == 200
    response = browser.post(address, {"state": "full", "soft_capacity": "300", "hard_capacity": "1000"})
    assert response.status_code == status
    cell.refresh_from_db()
    assert cell.state == ("full" if status == 302 else "open")


@pytest.mark.usefixtures("run_tasks")
def test_an_administrator_makes_an_operator_who_chooses_her_own_password(
    console: TenantClient, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    values = {"email": "Zoe@example.net", "first_name": "Zoé", "last_name": "Blanc", "language": "fr", "role": "reader"}
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert console.post(f"{LIST}add/", values).status_code == 302
    made = Operator.objects.get(user__email="zoe@example.net")
    assert (made.role, made.user.is_staff, made.user.has_usable_password()) == ("reader", True, False)
    assert [message.to for message in mail.outbox] == [["zoe@example.net"]]


@pytest.mark.parametrize("role", ["reader", "support"])
def test_lower_roles_make_no_operator_and_change_none(operator_as: OperatorAs, role: str) -> None:
    browser = operator_as(role)
    own = Operator.objects.get(user__email=f"{role}@example.net")
    assert browser.get(LIST).status_code == 200
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.post(f"{LIST}{own.pk}/change/", {"role": "administrator", "is_active": "on"}).status_code == 403
    browser.post(LIST, {"action": "reset", "_selected_action": [own.pk]})
    own.refresh_from_db()
    assert own.role == role
    assert AuthenticatorApp.objects.filter(user=own.user, confirmed=True).exists()


def test_who_is_shut_out_is_out_at_once(console: TenantClient, operator_as: OperatorAs) -> None:
    support = operator_as("support")
    theirs = Operator.objects.get(user__email="support@example.net")
    assert support.get("/console/").status_code == 200
    console.post(f"{LIST}{theirs.pk}/change/", {"role": "support"})
    assert support.get("/console/").status_code == 302


def test_the_last_administrator_stays(console: TenantClient, now: datetime) -> None:
    own = Operator.objects.get()
    console.post(f"{LIST}{own.pk}/change/", {"role": "reader", "is_active": "on"})
    own.refresh_from_db()
    assert own.role == "administrator"
    with pytest.raises(LastAdministrator):
        change_operator(operator=own, role=OperatorRole.ADMINISTRATOR, is_active=False, by=SYSTEM, now=now)


def test_a_lost_telephone_is_reset_and_its_sessions_end(console: TenantClient, operator_as: OperatorAs) -> None:
    support = operator_as("support")
    theirs = Operator.objects.get(user__email="support@example.net")
    console.post(LIST, {"action": "reset", "_selected_action": [theirs.pk]})
    assert not AuthenticatorApp.objects.filter(user=theirs.user).exists()
    assert support.get("/console/").status_code == 302
    entry = AuditEntry.objects.get(action="operator.factor_reset")
    assert (entry.actor, entry.details) == ("operator", {"operator": theirs.pk})
    enrolment = support.get("/console/second-facteur/installer/")
    assert (
        enrolment.status_code == 302
    )  # whoever has the telephone must not set up an app of his own without the password
    assert not AuthenticatorApp.objects.filter(user=theirs.user).exists()


def test_the_command_makes_an_operator_and_refuses_a_weak_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPERATOR_PASSWORD", "azerty")
    with pytest.raises(CommandError):
        call_command("create_operator", email="Rose@example.org")
    monkeypatch.setenv("OPERATOR_PASSWORD", "un-rideau-solide-2027")
    call_command("create_operator", email="Rose@example.org", first_name="Rose")
    rose = Operator.objects.get(user__email="rose@example.org")
    assert (rose.role, rose.user.is_staff) == ("administrator", True)
    assert rose.user.check_password("un-rideau-solide-2027")


def test_the_command_resets_a_lost_second_factor(operator_as: OperatorAs, now: datetime) -> None:
    operator_as("administrator")
    Operator.objects.update(may_enrol_until=now - timedelta(days=1))
    call_command("reset_second_factor", email="Administrator@example.net")
    assert not AuthenticatorApp.objects.exists()
    assert Operator.objects.get().may_enrol(now=now)
    with pytest.raises(CommandError):
        call_command("reset_second_factor", email="nobody@example.net")
