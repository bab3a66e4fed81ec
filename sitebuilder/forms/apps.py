from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormsConfig(AppConfig):
    name = "sitebuilder.forms"
    label = "siteforms"
    verbose_name = _("Forms")
