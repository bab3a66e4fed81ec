"""How close people are to the campaign: what each class means, what the law lets one do with it, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.consent.enums import Channel, Relationship
from crm.consent.reach import CAN
from crm.people.panels import FEW, KEPT

CACHED = "people.relationships"  # the cache's key


@dataclass(frozen=True, slots=True)
class Rule:
    meaning: str | Promise
    allows: str | Promise


# CNIL: political communication; regular and occasional contacts; sources of data. Regulation (EU) 2024/900, art. 18.
RULES: dict[Relationship, Rule] = {
    Relationship.MEMBER: Rule(
        _("Has joined the party, the association or the union that campaigns."),
        _("A party, an association or a union may write to its members. A candidate alone needs their consent."),
    ),
    Relationship.EX_MEMBER: Rule(
        _("Was a member and is one no longer."),
        _("As for members, until they object. An objection holds at once and for good."),
    ),
    Relationship.REGULAR: Rule(
        _("Took a step towards the campaign: subscribed, gave, offered help."),
        _("May be written to on consent or as a regular contact, with a way out in each message."),
    ),
    Relationship.OCCASIONAL: Rule(
        _("One exchange and no more: a question, a like, a signature for something else."),
        _("Consent only. One message may ask to stay in touch; without an answer within two months, erase."),
    ),
    Relationship.ROLL: Rule(
        _("Known from an electoral roll or a consular one."),
        _(
            "Letters; e-mails only from a consular roll. Sorted by age, sex or polling station and nothing else, never for targeting on line. Erase after the election."
        ),
    ),
    Relationship.RENTED: Rule(
        _("Comes with a file that was bought or rented."),
        _("Letters and calls, if the seller told people of it. Never for targeting on line."),
    ),
}


@dataclass(frozen=True, slots=True)
class RelationshipLine:
    relationship: Relationship
    rule: Rule
    count: int
    reachable: Sequence[tuple[str, int]]  # channel's name, people


def relationship_lines() -> list[RelationshipLine]:
    """All classes, one pass over people; kept a few minutes once they are many."""
    counts = cache.get(CACHED)
    if not isinstance(counts, dict):
        counts = _counts()
        if sum(total for total, *_channels in counts.values()) > FEW:
            cache.set(CACHED, counts, KEPT)
    lines = []
    for relationship, rule in RULES.items():
        total, *by_channel = counts.get(relationship.value, (0,) * (len(Channel) + 1))
        reachable = [(str(channel.label), count) for channel, count in zip(Channel, by_channel, strict=True)]
        lines.append(RelationshipLine(relationship, rule, total, reachable))
    return lines


def _counts() -> dict[str, tuple[int, ...]]:
    columns = ", ".join(f"count(*) FILTER (WHERE {CAN[channel]})" for channel in Channel)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT relationship, count(*), {columns} FROM people_person WHERE erased_at IS NULL GROUP BY relationship"  # noqa: S608 -- our own columns
        )
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
