"""The demo's operator, with a second factor whose secret the READY line shows: a newcomer has no app for it yet."""

from datetime import datetime
from secrets import token_bytes
from typing import Any

from controlplane.audit.actors import SYSTEM
from controlplane.demo.campaign import OPERATOR, PASSWORD
from controlplane.enums import OperatorRole
from controlplane.operators.services import NewOperator, make_operator
from tenants.factors.models import AuthenticatorApp
from tenants.factors.sealing import seal


def open_operator(*, now: datetime) -> None:
    names = {"first_name": OPERATOR.first_name, "last_name": OPERATOR.last_name}
    new = NewOperator(OPERATOR.email, OperatorRole.ADMINISTRATOR, password=PASSWORD, **names)
    operator, _created = make_operator(new=new, by=SYSTEM, now=now)
    AuthenticatorApp.objects.get_or_create(
        user_id=operator.user_id,
        confirmed=True,
        defaults={"name": "", "sealed_secret": seal(token_bytes(20)), "created_at": now},
    )


def operator_facts() -> dict[str, Any]:
    app = AuthenticatorApp.objects.select_related("user").get(user__email=OPERATOR.email, confirmed=True)
    return {"email": OPERATOR.email, "password": PASSWORD, "totp_secret": app.secret, "otpauth": app.address}
