from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.account import LoginView as WagtailLoginView
from wagtail.admin.views.account import PasswordResetView as WagtailPasswordResetView

from tenants.factors.queries import has_factor
from tenants.http import TenantRequest
from tenants.office.forms import AccountForm, LoginForm, NewPasswordForm, PasswordLinkForm
from tenants.office.limits import PASSWORD, PASSWORD_EMAIL, SIGN_IN, SIGN_IN_EMAIL, knocks
from tenants.office.services.account import change_account
from tenants.office.signing_in import sign_in
from tenants.users.models import User


@method_decorator(knocks(SIGN_IN, SIGN_IN_EMAIL, "username"), name="dispatch")
class LoginView(WagtailLoginView):
    def get_form_class(self) -> type[LoginForm]:
        return LoginForm

    def form_valid(self, form: LoginForm) -> HttpResponse:
        """Whoever has a second factor is asked for it before she is signed in."""
        lasts = settings.SESSION_COOKIE_AGE if form.cleaned_data["remember"] else 0
        return sign_in(self.request, form.get_user(), to=self.get_success_url(), now=timezone.now(), lasts=lasts)


@method_decorator(knocks(PASSWORD, PASSWORD_EMAIL, "email"), name="dispatch")
class PasswordResetView(WagtailPasswordResetView):
    def get_form_class(self) -> type[PasswordLinkForm]:
        return PasswordLinkForm


@sensitive_post_parameters()
@require_admin_access
def account(request: TenantRequest) -> HttpResponse:
    """A member's own name, address, language and password: two forms, told apart by `form`."""
    posted = request.POST.get("form") if request.method == "POST" else None
    member = User.objects.get(pk=request.user.pk)
    form = AccountForm(request.POST if posted == "account" else None, instance=member)
    password_form = NewPasswordForm(request.user, request.POST if posted == "password" else None)
    if posted == "account" and form.is_valid():
        change_account(user=request.user, **form.cleaned_data)
        with override(request.user.language):
            messages.success(request, _("Your account is up to date."))
        return redirect("wagtailadmin_account")
    if posted == "password" and password_form.is_valid():
        password_form.save()
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Your password is changed. Other devices are signed out."))
        return redirect("wagtailadmin_account")
    context = {
        "form": form,
        "password_form": password_form,
        "has_factor": has_factor(request.user),
        "breadcrumbs": [("", _("My account"))],
    }
    return render(request, "office/account.html", context, status=422 if posted else 200)
