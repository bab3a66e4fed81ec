"""Organisations and relations, as an export shows them."""

from django.utils.translation import gettext_lazy as _

from crm.people.readables import WHO
from tenants.archive.readable import Column, Readable

OTHER = (
    Column("other", "o.uuid", _("Other person")),
    Column("other_first_name", "o.first_name", _("First name of the other")),
    Column("other_last_name", "o.last_name", _("Last name of the other")),
)
ORGANISATIONS = Readable(
    "organisations",
    _("organisations"),
    (
        Column("organisation", "g.uuid", _("Organisation")),
        Column("name", "g.name", _("Name")),
        Column("kind", "g.kind", _("Kind")),
        Column("siren", "g.siren", _("SIREN")),
        Column("email", "g.email", _("E-mail address")),
        Column("phone", "g.phone", _("Telephone")),
        Column("website", "g.website", _("Website")),
        Column("street", "g.street", _("Street")),
        Column("postcode", "g.postcode", _("Postcode")),
        Column("city", "g.city", _("Town")),
        Column("note", "g.note", _("Note")),
        Column(
            "tags",
            "(SELECT string_agg(t.name, ', ' ORDER BY t.name) FROM people_tag t WHERE t.id = ANY (g.tag_ids))",
            _("Tags"),
        ),
        Column("created_at", "g.created_at", _("Known since")),
    ),
    source="(SELECT * FROM relations_organisation WHERE merged_into_id IS NULL) g",
    order="g.id",
)
AFFILIATIONS = Readable(
    "affiliations",
    _("who works for organisations or represents them"),
    (
        *WHO,
        Column("kind", "a.kind", _("Relation")),
        Column("title", "a.title", _("Function")),
        Column("organisation", "g.uuid", _("Organisation")),
        Column("organisation_name", "g.name", _("Name")),
    ),
    source=(
        "relations_affiliation a JOIN people_person p ON p.id = a.person_id"
        " JOIN relations_organisation g ON g.id = a.organisation_id"
    ),
    order="a.id",
)
RELATIONS = Readable(
    "relations",
    _("recruiters and point persons"),
    (*WHO, Column("kind", "r.kind", _("Relation")), *OTHER),
    source=(
        "relations_relation r JOIN people_person p ON p.id = r.person_id JOIN people_person o ON o.id = r.other_id"
    ),
    order="r.id",
)
HOUSEHOLDS = Readable(
    "households",
    _("who lives together"),
    (*WHO, Column("household", "h.household", _("Household"))),
    source="relations_householdmember h JOIN people_person p ON p.id = h.person_id",
    order="h.household, h.id",
)
READABLES = (ORGANISATIONS, AFFILIATIONS, RELATIONS, HOUSEHOLDS)
