"""Columns of an export. Their headings are words that our own import knows, so that a file which comes back changes nothing.

What the import must not take for something else (what may be sent is no consent, our reference is no number of another
tool) has a heading that it does not know.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.consent.enums import Channel, Reach
from crm.consent.reach import REACH

REACHABLE = {Channel.EMAIL: "e-mail", Channel.SMS: "SMS", Channel.PHONE: "téléphone", Channel.POST: "courrier"}


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    heading: str  # in the file, always the same: whoever works with it counts on that
    label: str | Promise  # on the screen
    sql: str


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    label: str | Promise
    columns: tuple[Column, ...]


def _own(key: str, heading: str, label: str | Promise) -> Column:
    return Column(key, heading, label, f"p.{key}")


def _more(table: str, column: str, number: int) -> str:
    return f"(SELECT x.{column} FROM {table} x WHERE x.person_id = p.id AND NOT x.is_primary ORDER BY x.id OFFSET {number} LIMIT 1)"  # noqa: S608 -- our own words only


def _reach(channel: Channel) -> Column:
    column = REACH[channel]
    return Column(
        column,
        f"Joignable par {REACHABLE[channel]}",
        channel.label,
        f"CASE WHEN p.{column} = {Reach.REACHABLE.value} THEN 'oui' ELSE 'non' END",
    )


GROUPS: tuple[Group, ...] = (
    Group(
        "name",
        _("Name"),
        (
            _own("first_name", "Prénom", _("First name")),
            _own("last_name", "Nom", _("Last name")),
            _own("birth_name", "Nom de naissance", _("Birth name")),
        ),
    ),
    Group(
        "contact",
        _("E-mails and telephones"),
        (
            _own("email", "E-mail", _("E-mail")),
            Column("email2", "Email 2", _("Second e-mail"), _more("people_emailaddress", "address", 0)),
            Column("email3", "Email 3", _("Third e-mail"), _more("people_emailaddress", "address", 1)),
            _own("phone", "Téléphone", _("Telephone")),
            Column("phone2", "Tel 2", _("Second telephone"), _more("people_phonenumber", "number", 0)),
            Column("phone3", "Tel 3", _("Third telephone"), _more("people_phonenumber", "number", 1)),
        ),
    ),
    Group(
        "address",
        _("Address"),
        (
            _own("street", "Adresse", _("Street and number")),
            _own("postcode", "Code postal", _("Postcode")),
            _own("city", "Ville", _("Town")),
            _own("country", "Pays", _("Country")),
            _own("commune_code", "Code INSEE de la commune", _("INSEE code of the commune")),
        ),
    ),
    Group(
        "profile",
        _("Profile"),
        (
            _own("birth_date", "Date de naissance", _("Born on")),
            _own("gender", "Genre", _("Gender")),
            _own("occupation", "Profession", _("Occupation")),
            _own("language", "Langue", _("Language")),
            _own("support_level", "Niveau de soutien", _("Support")),
            Column(
                "tags",
                "Étiquettes",
                _("Tags"),
                "(SELECT string_agg(g.name, ', ' ORDER BY extensions.fold(g.name), g.id) FROM people_tag g WHERE g.id = ANY (p.tag_ids))",
            ),
        ),
    ),
    Group("reach", _("What may be sent"), tuple(_reach(channel) for channel in Channel)),
    Group(
        "origin",
        _("Origin"),
        (
            _own("external_id", "Identifiant", _("Number elsewhere")),
            Column("uuid", "Référence Isoloir", _("Our reference"), "p.uuid::text"),
            Column("relationship", "Lien avec la campagne", _("Relationship"), "p.relationship"),
            Column(
                "created_at",
                "Connu depuis",
                _("Known since"),
                f"(p.created_at AT TIME ZONE '{settings.TIME_ZONE}')::date",
            ),
            Column("source", "Provenance", _("Source"), "p.source_kind"),
        ),
    ),
)
COLUMNS = {column.key: column for group in GROUPS for column in group.columns}
USUAL = ("first_name", "last_name", "email", "phone", "postcode", "city", "tags")


def rows_statement(columns: Sequence[Column]) -> str:
    return f"SELECT {', '.join(column.sql for column in columns)} FROM people_person p WHERE p.id = ANY(%s::bigint[]) ORDER BY p.id"  # noqa: S608 -- our own columns only
