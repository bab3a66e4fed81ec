"""Messages as an export shows them: what was written, and what left."""

from django.utils.translation import gettext_lazy as _

from tenants.archive.readable import Column, Readable

MESSAGES = Readable(
    "messages",
    _("messages, with their text as it left"),
    (
        Column("subject", "m.subject", _("subject")),
        Column("preheader", "m.preheader", _("preview line")),
        Column("created_at", "m.created_at", _("Written on")),
        Column("sent_at", "l.started_at", _("Sent on")),
        Column("state", "l.state", _("State")),
        Column("recipients", "l.people_count", _("Number of recipients")),
        Column("text", "d.text", _("Text")),
    ),
    source="email_message m LEFT JOIN email_dispatch d ON d.message_id = m.id LEFT JOIN deliveries_mailing l ON l.id = d.mailing_id",
    order="m.id, d.id",
)
