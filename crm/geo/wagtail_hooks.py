from django.urls import URLPattern, path
from wagtail import hooks

from crm.geo.views import communes


@hooks.register("register_admin_urls")
def geo_urls() -> list[URLPattern]:
    return [path("communes/", communes, name="communes")]
