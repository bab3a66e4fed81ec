"""Addresses under /bureau/ that stand before Wagtail's: the same names, our screens."""

from django.urls import URLPattern, URLResolver, path

from tenants.office.views import account, dashboard, door, second_factor, signing_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("", dashboard.dashboard, name="wagtailadmin_home"),
    path("login/", account.LoginView.as_view(), name="wagtailadmin_login"),
    path("password_reset/", account.PasswordResetView.as_view(), name="wagtailadmin_password_reset"),
    path("login/code/", signing_in.code, name="office_code"),
    path("login/second-facteur/", signing_in.first_factor, name="office_first_factor"),
    path("account/", account.account, name="wagtailadmin_account"),
    path("account/code/", second_factor.confirm, name="office_confirm"),
    path("account/second-facteur/", second_factor.overview, name="office_factor"),
    path("account/second-facteur/installer/", second_factor.set_up, name="office_factor_set_up"),
    path("account/second-facteur/codes/", second_factor.recovery_codes, name="office_factor_codes"),
    path("account/second-facteur/retrait/", second_factor.removal, name="office_factor_removal"),
    path("entrer/", door.enter, name="office_enter"),
    path("invitation/<str:token>/", door.join, name="office_join"),
]
