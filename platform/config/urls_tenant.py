"""A campaign's office and site (the tenant's schema)."""

from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("bureau/", include("tenants.office.urls")),
    path("bureau/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("media/", include("tenants.urls")),
    path("exports/", include("tenants.archive.urls")),
    path("courrier/", include("messaging.email.urls")),
    path("courrier/", include("messaging.measuring.urls")),
    # Wagtail's own door to private pages asks for a password alone.
    path("_util/login/", RedirectView.as_view(pattern_name="wagtailadmin_login", query_string=True)),
    path("", include("sitebuilder.forms.urls")),
    path("", include("sitebuilder.pages.urls")),
    path("", include(wagtail_urls)),
]

handler404 = "sitebuilder.pages.views.page_not_found"
handler500 = "sitebuilder.pages.views.server_error"
