from django.urls import URLResolver, include, path
from wagtail import hooks


@hooks.register("register_admin_urls")
def run_urls() -> list[URLResolver]:
    return [path("traitements/", include("crm.runs.admin_urls"))]
