"""Columns of an export, in the language of whoever asks for it. In both, their headings and words are such that our own import
knows, so that a file which comes back changes nothing.

What the import must not take for something else (what may be sent is no consent, our reference is no number of another
tool) has a heading that it does not know.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.consent.enums import Basis, Channel, Purpose, Reach, Relationship, SourceKind
from crm.consent.reach import REACH
from crm.people.enums import Gender

REACHABLE = {
    Channel.EMAIL: pgettext_lazy("column", "Reachable by e-mail"),
    Channel.SMS: pgettext_lazy("column", "Reachable by text message"),
    Channel.PHONE: pgettext_lazy("column", "Reachable by telephone"),
    Channel.POST: pgettext_lazy("column", "Reachable by post"),
}
BASIS = {
    Channel.EMAIL: pgettext_lazy("column", "Basis for e-mails"),
    Channel.SMS: pgettext_lazy("column", "Basis for text messages"),
    Channel.PHONE: pgettext_lazy("column", "Basis for calls"),
    Channel.POST: pgettext_lazy("column", "Basis for post"),
}
AGREED = {
    Channel.EMAIL: pgettext_lazy("column", "E-mails agreed to on"),
    Channel.SMS: pgettext_lazy("column", "Text messages agreed to on"),
    Channel.PHONE: pgettext_lazy("column", "Calls agreed to on"),
    Channel.POST: pgettext_lazy("column", "Post agreed to on"),
}
REFUSED = {
    Channel.EMAIL: pgettext_lazy("column", "E-mails refused on"),
    Channel.SMS: pgettext_lazy("column", "Text messages refused on"),
    Channel.PHONE: pgettext_lazy("column", "Calls refused on"),
    Channel.POST: pgettext_lazy("column", "Post refused on"),
}


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    heading: str | Promise  # in the file
    label: str | Promise  # on the screen
    sql: str
    words: Callable[[Any], str | Promise] | None = None  # what a value of the database is called


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    label: str | Promise
    columns: tuple[Column, ...]


def yes_or_no(value: Any) -> str:
    return "" if value is None else _now("yes") if value else _now("no")


def _own(key: str, heading: str | Promise, label: str | Promise, words: Mapping[Any, Any] | None = None) -> Column:
    return Column(key, heading, label, f"p.{key}", _looked_up(words) if words else None)


def _looked_up(words: Mapping[Any, Any]) -> Callable[[Any], str | Promise]:
    return lambda value: words.get(value, value) if value else ""


def _more(table: str, column: str, number: int) -> str:
    return f"(SELECT x.{column} FROM {table} x WHERE x.person_id = p.id AND NOT x.is_primary ORDER BY x.id OFFSET {number} LIMIT 1)"  # noqa: S608 -- our own words only


def _rest(table: str, value: str, skipped: int, between: str = ", ") -> str:
    """In one cell, whatever their number. Our own import takes the e-mails of a cell apart."""
    rows = f"SELECT x.* FROM {table} x WHERE x.person_id = p.id AND NOT x.is_primary ORDER BY x.id OFFSET {skipped}"  # noqa: S608 -- our own words only
    return f"(SELECT string_agg({value}, E'{between}' ORDER BY x.id) FROM ({rows}) x)"  # noqa: S608 -- our own words only


def _reach(channel: Channel) -> Column:
    column = REACH[channel]
    return Column(
        column,
        REACHABLE[channel],
        channel.label,
        f"p.{column} = {Reach.REACHABLE.value}",
        yes_or_no,
    )


def _answer(channel: Channel) -> tuple[Column, ...]:
    """To news, as it stands: on what basis and since which day she agreed, or since which day she refuses."""
    standing = (
        f"FROM consent_consentstate s JOIN consent_consententry e ON e.person_id = s.person_id AND e.id = s.entry_id"
        f" WHERE s.person_id = p.id AND s.purpose = '{Purpose.NEWS.value}' AND s.channel = '{channel.value}' AND"
    )
    day = f"coalesce(e.given_on, (s.at AT TIME ZONE '{settings.TIME_ZONE}')::date)"
    agreed, refused, basis = AGREED[channel], REFUSED[channel], BASIS[channel]
    return (
        Column(
            f"basis_{channel.value}",
            basis,
            basis,
            f"(SELECT s.basis {standing} s.granted)",
            _looked_up(dict(Basis.choices)),
        ),
        Column(f"agreed_{channel.value}", agreed, agreed, f"(SELECT {day} {standing} s.granted)"),
        Column(f"refused_{channel.value}", refused, refused, f"(SELECT {day} {standing} NOT s.granted)"),
    )


_EMPLOYER = (
    "(SELECT string_agg(o.name, ', ' ORDER BY a.id) FROM relations_affiliation a"
    " JOIN relations_organisation o ON o.id = a.organisation_id WHERE a.person_id = p.id AND a.kind = 'works')"
)
_TIED = (
    "(SELECT string_agg(coalesce(nullif(trim(r.first_name || ' ' || r.last_name), ''), r.email), ', ' ORDER BY t.id)"
    " FROM relations_relation t JOIN people_person r ON r.id = t.other_id AND r.erased_at IS NULL"
    " WHERE t.person_id = p.id AND t.kind = '{kind}' AND t.other_id <> p.id)"
)
_NOTES = (
    "(SELECT string_agg(n.text, E'\\n\\n' ORDER BY n.created_at, n.id) FROM people_note n WHERE n.person_id = p.id)"
)
_POSTAL = "concat_ws(', ', nullif(x.street, ''), nullif(trim(x.postcode || ' ' || x.city), ''), nullif(nullif(x.country, 'FR'), ''))"
GROUPS: tuple[Group, ...] = (
    Group(
        "name",
        _("Name"),
        (
            _own("first_name", pgettext_lazy("column", "First name"), _("First name")),
            _own("last_name", pgettext_lazy("column", "Last name"), _("Last name")),
            _own("birth_name", pgettext_lazy("column", "Birth name"), _("Birth name")),
        ),
    ),
    Group(
        "contact",
        _("E-mails and telephones"),
        (
            _own("email", pgettext_lazy("column", "E-mail"), _("E-mail")),
            Column(
                "email2",
                pgettext_lazy("column", "Email 2"),
                _("Second e-mail"),
                _more("people_emailaddress", "address", 0),
            ),
            Column(
                "email3",
                pgettext_lazy("column", "Email 3"),
                _("Third e-mail"),
                _more("people_emailaddress", "address", 1),
            ),
            Column(
                "email4",
                pgettext_lazy("column", "Email 4"),
                _("Other e-mails"),
                _rest("people_emailaddress", "x.address", 2),
            ),
            _own("phone", pgettext_lazy("column", "Phone"), _("Telephone")),
            Column(
                "phone2",
                pgettext_lazy("column", "Phone 2"),
                _("Second telephone"),
                _more("people_phonenumber", "number", 0),
            ),
            Column(
                "phone3",
                pgettext_lazy("column", "Phone 3"),
                _("Third telephone"),
                _more("people_phonenumber", "number", 1),
            ),
            Column(
                "phone4",
                pgettext_lazy("column", "Phone 4"),
                _("Other telephones"),
                _rest("people_phonenumber", "x.number", 2),
            ),
        ),
    ),
    Group(
        "address",
        _("Address"),
        (
            _own("street", pgettext_lazy("column", "Street and number"), _("Street and number")),
            _own("postcode", pgettext_lazy("column", "Postcode"), _("Postcode")),
            _own("city", pgettext_lazy("column", "Town"), _("Town")),
            _own("country", pgettext_lazy("column", "Country"), _("Country")),
            _own("commune_code", pgettext_lazy("column", "INSEE code of the commune"), _("INSEE code of the commune")),
            Column(
                "other_addresses",
                pgettext_lazy("column", "Other addresses"),
                _("Other addresses"),
                _rest("people_postaladdress", _POSTAL, 0, between="\\n"),
            ),
        ),
    ),
    Group(
        "profile",
        _("Profile"),
        (
            _own("birth_date", pgettext_lazy("column", "Date of birth"), _("Born on")),
            _own("gender", pgettext_lazy("column", "Gender"), _("Gender"), dict(Gender.choices)),
            _own("occupation", pgettext_lazy("column", "Occupation"), _("Occupation")),
            _own("language", pgettext_lazy("column", "Language"), _("Language")),
            _own("support_level", pgettext_lazy("column", "Support level"), _("Support")),
            Column(
                "tags",
                pgettext_lazy("column", "Tags"),
                _("Tags"),
                "(SELECT string_agg(g.name, ', ' ORDER BY extensions.fold(g.name), g.id) FROM people_tag g WHERE g.id = ANY (p.tag_ids))",
            ),
        ),
    ),
    Group(
        "relations",
        _("Relations"),
        (
            Column("employer", pgettext_lazy("column", "Employer"), _("Employer"), _EMPLOYER),
            Column("recruiter", pgettext_lazy("column", "Recruiter"), _("Recruiter"), _TIED.format(kind="recruiter")),
            Column(
                "point_person",
                pgettext_lazy("column", "Point person"),
                _("Point person"),
                _TIED.format(kind="point_person"),
            ),
        ),
    ),
    Group("reach", _("What may be sent"), tuple(_reach(channel) for channel in Channel)),
    Group(
        "agreements", _("What was agreed to or refused"), tuple(one for channel in Channel for one in _answer(channel))
    ),
    Group(
        "origin",
        _("Origin"),
        (
            _own("external_id", pgettext_lazy("column", "External ID"), _("Number elsewhere")),
            Column("uuid", pgettext_lazy("column", "Isoloir reference"), _("Our reference"), "p.uuid::text"),
            _own(
                "relationship", pgettext_lazy("column", "Relationship"), _("Relationship"), dict(Relationship.choices)
            ),
            Column(
                "created_at",
                pgettext_lazy("column", "Known since"),
                _("Known since"),
                f"(p.created_at AT TIME ZONE '{settings.TIME_ZONE}')::date",
            ),
            Column(
                "source",
                pgettext_lazy("column", "Source"),
                _("Source"),
                "p.source_kind",
                _looked_up(dict(SourceKind.choices)),
            ),
            Column("notes", pgettext_lazy("column", "What was noted"), _("Notes"), _NOTES),
        ),
    ),
)
COLUMNS = {column.key: column for group in GROUPS for column in group.columns}
USUAL = ("first_name", "last_name", "email", "phone", "postcode", "city", "tags")


def rows_statement(columns: Sequence[Column]) -> str:
    return f"SELECT {', '.join(column.sql for column in columns)} FROM people_person p WHERE p.id = ANY(%s::bigint[]) ORDER BY p.id"  # noqa: S608 -- our own columns only
