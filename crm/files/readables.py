"""Which file of an export is whose."""

from django.utils.translation import gettext_lazy as _

from crm.people.readables import WHO
from tenants.archive.readable import Column, Readable

FILES = Readable(
    "person_files",
    _("files on the pages of people"),
    (
        *WHO,
        Column("name", "f.name", _("Name")),
        Column("path", "f.stored", _("Path among the files")),
        Column("size", "f.size", _("Size")),
        Column("at", "f.created_at", _("When")),
        Column("source", "f.source_kind", _("Source")),
    ),
    source="files_personfile f JOIN people_person p ON p.id = f.person_id",
    order="f.id",
)
