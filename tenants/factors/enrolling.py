"""Setting a second factor up in a browser: the picture belongs to the session that asked for it."""

from datetime import datetime

from django.http import HttpRequest

from tenants.factors.models import AuthenticatorApp
from tenants.factors.services import begin_enrolment
from tenants.users.models import User

_BEGUN = "second_factor_begun"


def app_being_set_up(request: HttpRequest, user: User, *, now: datetime) -> AuthenticatorApp:
    app = begin_enrolment(user=user, now=now, begun=request.session.get(_BEGUN))
    request.session[_BEGUN] = app.pk
    return app
