"""Why a scheduled import did not come: one sentence on what is wrong, one on what to do. Keys are what the database keeps."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.imports.wording import FILE_PROBLEMS

Text = str | Promise

FAILURES: Mapping[str, tuple[Text, Text]] = {
    "address": (_("This is no address that we can ask."), _("Give one that begins with https:// and holds no password.")),
    "refused": (
        _("This address leads into a private network."),
        _("We only ask servers of the public Internet. Put the file where everybody could reach it, behind a secret header."),
    ),
    "unknown_host": (_("Nobody knows this server."), _("Check the address for slips.")),
    "unreachable": (_("The server does not answer."), _("It is tried again at the next hour. If it lasts, ask whoever runs it.")),
    "certificate": (_("The server's certificate is not valid."), _("Ask whoever runs it: without it, anybody could answer in its place.")),
    "status": (_("The server refused to give the file (answer %(detail)s)."), _("Check the address, and the secret: 401 and 403 mean that it is not accepted, 404 that there is no file.")),
    "encoding": (_("The server sent the file compressed."), _("Have it sent as it is.")),
    "redirects": (_("The server sends us from one address to the next."), _("Give the last one.")),
    "too_slow": (_("The file takes more than ten minutes to come."), _("Make it smaller, or put it on a faster server.")),
    "cut_off": (_("The file was cut off on its way."), _("It is tried again at the next hour.")),
    "secret": (_("The secret of the server can no longer be read here."), _("Give it again.")),
    "columns": (
        _("The columns of the file have changed: %(detail)s."),
        _("Nothing was imported. Import the new file once by hand, then schedule that import."),
    ),
    "interrupted": (_("The fetch was interrupted."), _("It is tried again at the next hour.")),
    "pattern": (_("The choices of the first import are gone."), _("Import the file once by hand, then schedule that import.")),
    "error": (_("The import was interrupted."), _("Open its report to go on with it.")),
    "limit": (_("The limit of your tier is reached."), _("Choose a larger tier, then go on from the import's report.")),
    "stopped": (_("Somebody stopped the import."), _("Open its report to go on with it.")),
    **FILE_PROBLEMS,
}  # fmt: skip


def sentences(failure: str, detail: str) -> tuple[str, str]:
    what, repair = FAILURES.get(failure, FAILURES["error"])
    return str(what) % {"detail": detail} if "%(" in str(what) else str(what), str(repair)
