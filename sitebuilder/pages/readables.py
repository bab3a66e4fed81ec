"""Pages of the site as an export shows them."""

from django.utils.translation import gettext_lazy as _

from tenants.archive.readable import Column, Readable

PAGES = Readable(
    "pages",
    _("pages of the site, with their last version"),
    (
        Column("title", "p.title", _("Title")),
        Column("address", "p.url_path", _("Address")),
        Column("is_live", "p.live", _("On line")),
        Column("first_published_at", "p.first_published_at", _("First published")),
        Column("last_published_at", "p.last_published_at", _("Last published")),
        Column("description", "p.search_description", _("Description")),
        Column("content", "r.content", _("Content")),
    ),
    source="wagtailcore_page p LEFT JOIN wagtailcore_revision r ON r.id = p.latest_revision_id",
    order="p.path",
)
