from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from messaging.deliveries.queries import Results
from messaging.email.queries import MessageLine, last_sent
from tenants.users.permissions import can


class LastMessagePanel(Component):
    name = "last-message"
    order = 300
    column = "main"
    template_name = "email/parts/last_message.html"

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        line = last_sent()
        return {"line": line, "rows": _rows(line) if line else [], "may_edit": can(request.user, "messages.edit")}


def _rows(line: MessageLine) -> list[tuple[str, int, float | None]]:
    counted = line.results or Results()
    rows = [
        (_("Written to"), counted.total - counted.skipped, None),
        (_("Accepted by the mailboxes"), counted.accepted, counted.share(counted.accepted)),
        (_("Refused"), counted.refused, counted.share(counted.refused)),
        (_("Unsubscribed"), counted.unsubscribed, counted.share(counted.unsubscribed)),
    ]
    return [row for row in rows if row[1] or row[0] != _("Refused")]
