from django.urls import URLResolver, include, path
from wagtail import hooks


@hooks.register("register_admin_urls")
def access_urls() -> list[URLResolver]:
    return [path("", include("crm.access.admin_urls"))]
