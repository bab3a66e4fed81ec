"""Addresses under /bureau/ that stand before Wagtail's: the same names, our screens."""

from django.urls import URLPattern, URLResolver, path

from tenants.office.views import account, dashboard, door

urlpatterns: list[URLPattern | URLResolver] = [
    path("", dashboard.dashboard, name="wagtailadmin_home"),
    path("login/", account.LoginView.as_view(), name="wagtailadmin_login"),
    path("password_reset/", account.PasswordResetView.as_view(), name="wagtailadmin_password_reset"),
    path("account/", account.account, name="wagtailadmin_account"),
    path("entrer/", door.enter, name="office_enter"),
    path("invitation/<str:token>/", door.join, name="office_join"),
]
