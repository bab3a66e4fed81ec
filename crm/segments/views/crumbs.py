from django.urls import reverse
from django.utils.translation import gettext as _

Crumbs = list[tuple[str, str]]


def crumbs(*more: tuple[str, str]) -> Crumbs:
    return [(reverse("wagtailadmin_home"), _("Office")), (reverse("segments:list"), _("Segments")), *more]
