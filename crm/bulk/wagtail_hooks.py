from django.urls import URLResolver, include, path
from wagtail import hooks


@hooks.register("register_admin_urls")
def bulk_urls() -> list[URLResolver]:
    return [path("personnes/actions/", include("crm.bulk.admin_urls"))]
