"""The access log, as an export of the campaign shows it."""

from django.utils.translation import gettext_lazy as _

from tenants.archive.readable import Column, Readable

ACCESSES = Readable(
    "access_log",
    _("who looked at people or took their data out"),
    (
        Column("at", "a.at", _("When")),
        Column("kind", "a.kind", _("Act")),
        Column("by", "u.email", _("Who")),
        Column("person", "p.uuid", _("Person")),
        Column("count", "a.count", _("People")),
        Column("about", "a.about", _("What")),
        Column("details", "nullif(a.details, '{}')", _("Details")),
    ),
    source="access_accessentry a LEFT JOIN users_user u ON u.id = a.by_id LEFT JOIN people_person p ON p.id = a.person_id",
    order="a.id",
)
