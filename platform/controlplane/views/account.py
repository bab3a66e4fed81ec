"""Signing in to the platform, and the profile of whoever is."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.forms import ChangePasswordForm, NewPasswordForm, PasswordForgottenForm, ProfileForm, SignInForm
from controlplane.proving import proves
from controlplane.services.accounts import edit_profile, request_password, set_password
from controlplane.signing_in import must_show_code, target_of
from controlplane.signing_in import sign_in as to_account
from controlplane.tokens import password_token
from shared.ratelimit import Limit, limited, too_many_requests
from tenants.factors.queries import has_factor
from tenants.users.models import User

SIGN_IN = Limit("sign-in", times=20, seconds=600)
SIGN_IN_ADDRESS = Limit("sign-in-address", times=10, seconds=600)
PASSWORD = Limit("password-mail", times=5, seconds=3600)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@limited(SIGN_IN)
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(target_of(request))
    form = SignInForm(request.POST or None, request=request)
    if request.method == "POST":
        # Guessing one account's password from many places, or many from one, both come to an end.
        if not SIGN_IN_ADDRESS.allows(request.POST.get("email", "").strip()):
            return too_many_requests(request, SIGN_IN_ADDRESS)
        if form.is_valid() and form.user:
            return to_account(request, form.user, to=target_of(request), now=timezone.now())
    context = {"title": _("Sign in"), "form": form, "next": target_of(request)}
    return render(request, "controlplane/sign_in.html", context, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("controlplane:home")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited(PASSWORD)
def password_forgotten(request: HttpRequest) -> HttpResponse:
    form = PasswordForgottenForm(request.POST or None)
    context = {"title": _("Forgotten password"), "form": form, "is_sent": False}
    if request.method == "POST" and form.is_valid():
        if PASSWORD.allows(form.cleaned_data["email"]):
            request_password(email=form.cleaned_data["email"])
        context["is_sent"] = True
    return render(request, "controlplane/password_forgotten.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@limited(SIGN_IN)
def password_choose(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """The link of the mail: its token dies with the old password."""
    user = _user_of(uid)
    if user is None or not password_token.check_token(user, token):
        return render(
            request,
            "controlplane/link_invalid.html",
            {"title": _("This link does not work"), "is_password": True},
            status=404,
        )
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        set_password(user=user, password=form.cleaned_data["password"])
        messages.success(request, _("Your new password is set: sign in with it."))
        return redirect("controlplane:login")
    context = {"title": _("Choose a new password"), "form": form}
    response = render(request, "controlplane/password_choose.html", context, status=422 if form.errors else 200)
    response["Referrer-Policy"] = "no-referrer"  # the token is in the address
    return response


def _user_of(uid: str) -> User | None:
    try:
        return User.objects.filter(pk=int(urlsafe_base64_decode(uid)), is_active=True).first()
    except ValueError:
        return None


@login_required
@never_cache
@sensitive_post_parameters("password", "current", "code")
@require_http_methods(["GET", "HEAD", "POST"])
@limited(SIGN_IN)
def profile(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    is_password = "current" in request.POST
    asks_code = must_show_code(request, now=timezone.now())
    password_form = ChangePasswordForm(request.POST if is_password else None, user=user, asks_code=asks_code)
    names = {"first_name": user.first_name, "last_name": user.last_name, "language": user.language}
    form = ProfileForm(request.POST if request.method == "POST" and not is_password else None, initial=names)
    if password_form.is_valid() and proves(request, password_form):
        set_password(user=user, password=password_form.cleaned_data["password"])
        update_session_auth_hash(request, user)
        messages.success(
            request, _("Your password is changed. In the offices that you entered before, it stays as it was.")
        )
        return redirect("controlplane:profile")
    if form.is_valid():
        edit_profile(user=user, **form.cleaned_data)
        messages.success(request, _("Your profile is up to date."))
        return redirect("controlplane:profile")
    enrolled = has_factor(user)
    context = {"title": _("My profile"), "form": form, "password_form": password_form, "enrolled": enrolled}
    return render(
        request, "controlplane/profile.html", context, status=422 if form.errors or password_form.errors else 200
    )
