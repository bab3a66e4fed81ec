"""The second factor beside a form that does something grave: typed once, good for ten minutes."""

from typing import cast

from django.forms import Form
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from controlplane.services.second_factor import check_code
from controlplane.signing_in import remember_second_factor
from shared.ratelimit import Limit
from tenants.factors.forms import look_at
from tenants.factors.queries import find_factor
from tenants.users.models import User

CODES = Limit("second-factor", times=20, seconds=600)  # one count with the console's


def proves(request: HttpRequest, form: Form) -> bool:
    """The code of a form without any other mistake, which is used up when it is right. True where the form asks for none."""
    if "code" not in form.fields:
        return True
    user, now = cast(User, request.user), timezone.now()
    if not CODES.allows(str(user.pk)):
        form.add_error("code", _("Too many codes were tried. Wait ten minutes."))
        return False
    app = look_at(form, find_factor(user), lambda code: check_code(user=user, code=code, now=now))
    if app is None:
        return False
    remember_second_factor(request, app, now=now)
    return True
