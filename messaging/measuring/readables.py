"""Openings and clicks as an export shows them."""

from django.utils.translation import gettext_lazy as _

from crm.people.readables import WHO
from tenants.archive.readable import Column, Readable

READINGS = Readable(
    "openings_and_clicks",
    _("openings and clicks of the people who agreed to be measured"),
    (
        *WHO,
        Column("message", "m.title", _("Message")),
        Column("sent_at", "r.sent_at", _("Sent on")),
        Column("opened_at", "r.opened_at", _("First opened on")),
        Column("last_opened_at", "r.last_opened_at", _("Last opened on")),
        Column("openings", "r.openings", _("Openings")),
        Column("clicked_at", "r.clicked_at", _("First clicked on")),
        Column("clicks", "r.clicks", _("Clicks")),
        Column(
            "links",
            "(SELECT string_agg(l.address, ', ' ORDER BY l.position) FROM measuring_click c JOIN measuring_link l ON l.id = c.link_id WHERE c.reading_id = r.id)",
            _("Links followed"),
        ),
    ),
    source="measuring_reading r JOIN people_person p ON p.id = r.person_id JOIN deliveries_mailing m ON m.id = r.mailing_id",
    order="r.id",
)
