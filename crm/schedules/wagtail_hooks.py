from django.urls import URLResolver, include, path
from wagtail import hooks


@hooks.register("register_admin_urls")
def schedule_urls() -> list[URLResolver]:
    return [path("imports/programmes/", include("crm.schedules.admin_urls"))]
