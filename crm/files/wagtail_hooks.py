from django.urls import URLResolver, include, path
from wagtail import hooks


@hooks.register("register_admin_urls")
def file_urls() -> list[URLResolver]:
    return [path("personnes/", include("crm.files.admin_urls"))]
