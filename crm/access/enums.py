from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Access(TextChoices):
    VIEWED = "viewed", _("page of a person opened")
    FILE_OPENED = "file", _("file of a person opened")
    REJECTED = "rejected", _("rows set aside downloaded")
    RECIPIENTS = "recipients", _("recipients of a message downloaded")
    LOG_TAKEN = "log", _("access log downloaded")
    ASKED = "asked", pgettext_lazy("export", "export asked for")
    WRITTEN = "written", pgettext_lazy("export", "export written")
    FETCHED = "fetched", pgettext_lazy("export", "export downloaded")
    DELETED = "deleted", pgettext_lazy("export", "export deleted")


ON_PEOPLE = (Access.VIEWED, Access.FILE_OPENED)
EXPORTS = (Access.ASKED, Access.WRITTEN, Access.FETCHED, Access.DELETED)
