"""After the password, before the office: the code, or the first second factor where the campaign wants one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.factors.arriving import arriving
from tenants.factors.forms import CodeForm
from tenants.factors.queries import FEW, has_factor, recovery_codes_left
from tenants.factors.showing import is_password_fresh, remember_password
from tenants.http import TenantRequest
from tenants.office.forms import OwnPasswordForm
from tenants.office.limits import CODES, OWN_PASSWORD, too_often
from tenants.office.signing_in import finish_sign_in
from tenants.office.views.second_factor import enrolment, is_right
from tenants.users.models import User


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def code(request: TenantRequest) -> HttpResponse:
    now = timezone.now()
    found = arriving(request, now=now)
    if found is None:
        return _begin_again(request)
    user, arrival = found
    form = CodeForm(request.POST or None)
    if request.method == "POST":
        if not CODES.allows(str(user.pk)):
            return too_often(request, CODES)
        if is_right(form, user):
            to = finish_sign_in(request, user, arrival, now=now)
            _tell_codes_left(request, user)
            return redirect(to)
    return render(request, "office/sign_in_code.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def first_factor(request: TenantRequest) -> HttpResponse:
    now = timezone.now()
    found = arriving(request, now=now)
    if found is None:
        return _begin_again(request)
    user, arrival = found
    if has_factor(user):  # set up meanwhile, elsewhere: a password alone does not change it
        return redirect("office_code")
    if not (arrival.by_password or is_password_fresh(request, now=now)):
        return _password(request, user)
    return enrolment(
        request,
        user=user,
        template="office/sign_in_factor.html",
        done=lambda: finish_sign_in(request, user, arrival, now=now),
    )


def _password(request: TenantRequest, user: User) -> HttpResponse:
    form = OwnPasswordForm(request.POST or None, user=user)
    if request.method == "POST":
        if not OWN_PASSWORD.allows(str(user.pk)):
            return too_often(request, OWN_PASSWORD)
        if form.is_valid():
            remember_password(request, now=timezone.now())
            return redirect("office_first_factor")
    return render(request, "office/sign_in_password.html", {"form": form}, status=422 if form.errors else 200)


def _begin_again(request: TenantRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("wagtailadmin_home")
    messages.warning(request, _("Sign in with your password first; after it, ten minutes are left for the code."))
    return redirect("wagtailadmin_login")


def _tell_codes_left(request: TenantRequest, user: User) -> None:
    left = recovery_codes_left(user)
    if left <= FEW:
        words = ngettext(
            "%(number)s recovery code is left. Make new ones under “My account”.",
            "%(number)s recovery codes are left. Make new ones under “My account”.",
            left,
        )
        messages.warning(request, words % {"number": left})
