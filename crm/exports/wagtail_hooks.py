from django.urls import URLResolver, include, path
from wagtail import hooks


@hooks.register("register_admin_urls")
def export_urls() -> list[URLResolver]:
    return [path("", include("crm.exports.admin_urls"))]
