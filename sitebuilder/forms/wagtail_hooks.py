from django.urls import URLResolver, include, path
from wagtail import hooks


@hooks.register("register_admin_urls")
def confirmation_urls() -> list[URLResolver]:
    return [path("personnes/", include("sitebuilder.forms.admin_urls"))]
