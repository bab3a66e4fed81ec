from django.urls import URLResolver, include, path
from wagtail import hooks


@hooks.register("register_admin_urls")
def fields_urls() -> list[URLResolver]:
    return [path("personnes/champs/", include("crm.fields.admin_urls"))]
