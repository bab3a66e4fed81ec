"""People, what they did and what was noted of them, as an export shows them."""

from django.utils.translation import gettext_lazy as _

from tenants.archive.readable import Column, Readable

WHO = (
    Column("person", "p.uuid", _("Person")),
    Column("first_name", "p.first_name", _("First name")),
    Column("last_name", "p.last_name", _("Last name")),
)
OWN_FIELDS = """(
  SELECT jsonb_object_agg(f.name, CASE WHEN f.kind IN ('choice', 'choices') THEN (
    SELECT to_jsonb(string_agg(c.name, ', ' ORDER BY c.position, c.id)) FROM fields_fieldchoice c WHERE c.field_id = f.id AND v.value @> to_jsonb(c.id)
  ) ELSE v.value END)
  FROM jsonb_each(p.custom) v JOIN fields_customfield f ON f.key = v.key::int
)"""
PEOPLE = Readable(
    "people",
    _("people, with their addresses and tags"),
    (
        *WHO,
        Column("birth_name", "p.birth_name", _("Birth name")),
        Column("email", "p.email", _("E-mail address")),
        Column(
            "other_emails",
            "(SELECT string_agg(e.address, ', ' ORDER BY e.id) FROM people_emailaddress e WHERE e.person_id = p.id AND NOT e.is_primary)",
            _("Other e-mail addresses"),
        ),
        Column("phone", "p.phone", _("Telephone")),
        Column("street", "p.street", _("Street")),
        Column("postcode", "p.postcode", _("Postcode")),
        Column("city", "p.city", _("Town")),
        Column("country", "p.country", _("Country")),
        Column("birth_date", "p.birth_date", _("Date of birth")),
        Column("gender", "p.gender", _("Gender")),
        Column("occupation", "p.occupation", _("Occupation")),
        Column("language", "p.language", _("Language")),
        Column("relationship", "p.relationship", _("Relationship")),
        Column("support_level", "p.support_level", _("Support level")),
        Column(
            "tags",
            "(SELECT string_agg(t.name, ', ' ORDER BY t.name) FROM people_tag t WHERE t.id = ANY (p.tag_ids))",
            _("Tags"),
        ),
        Column("own_fields", OWN_FIELDS, _("The campaign's own fields")),
        Column("source", "p.source_kind", _("Source")),
        Column("created_at", "p.created_at", _("Known since")),
        Column("erased_at", "p.erased_at", _("Erased on")),
    ),
    source="people_person p",
    order="p.id",
)
ACTIVITIES = Readable(
    "activities",
    _("what people did, and what was done with them"),
    (
        *WHO,
        Column("kind", "a.kind", _("Activity")),
        Column("at", "a.at", _("When")),
        Column("source", "a.source_kind", _("Source")),
        Column("details", "a.payload", _("Details")),
    ),
    source="people_activity a JOIN people_person p ON p.id = a.person_id",
    order="a.id",
)
NOTES = Readable(
    "notes",
    _("notes of the team"),
    (*WHO, Column("at", "n.created_at", _("When")), Column("text", "n.text", _("Note"))),
    source="people_note n JOIN people_person p ON p.id = n.person_id",
    order="n.id",
)
# Here and not in crm.consent, which stands below people: a ledger without its people says nothing to a reader.
CONSENTS = Readable(
    "consents",
    _("the ledger of consents, whole"),
    (
        *WHO,
        Column("purpose", "c.purpose", _("Purpose")),
        Column("channel", "c.channel", _("Channel")),
        Column("granted", "c.granted", _("Agreed")),
        Column("basis", "c.basis", _("Legal basis")),
        Column("wording", "w.text", _("Wording")),
        Column("given_on", "c.given_on", _("Agreed or refused on")),
        Column("at", "c.at", _("When")),
        Column("source", "c.source_kind", _("Source")),
    ),
    source="consent_consententry c LEFT JOIN people_person p ON p.id = c.person_id LEFT JOIN consent_wording w ON w.hash = c.wording_id",
    order="c.id, c.person_id",
)
READABLES = (PEOPLE, CONSENTS, ACTIVITIES, NOTES)
