"""The cells of the list as HTML: three hundred on a page, of which a template's loop made half of the page's time."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from crm.consent.enums import Channel, Reach, Relationship
from crm.consent.reach import REACH
from crm.people.enums import SUPPORT_LEVELS
from crm.people.list_columns import ListColumn
from crm.people.models import Person, Tag
from crm.people.profile import channel_state
from shared.templatetags.days import day

Draw = Callable[[Person], SafeString]


def cells_of(columns: Sequence[ListColumn], people: Sequence[Person], tags: Sequence[Tag]) -> dict[int, SafeString]:
    """Each person's row, but for her name."""
    drawn = [_drawing(column, people, tags) for column in columns]
    return {person.pk: SafeString("".join(draw(person) for draw in drawn)) for person in people}


def _drawing(column: ListColumn, people: Sequence[Person], tags: Sequence[Tag]) -> Draw:
    label = str(column.label)
    if column.cells is not None:
        texts = column.cells(people)
        return lambda person: _cell(label, texts.get(person.pk, ""))
    names = {tag.pk: tag for tag in tags}
    relationships = {value: str(name) for value, name in Relationship.choices}
    known: Mapping[str, Draw] = {
        "town": _town,
        "relationship": lambda person: _cell(label, relationships.get(person.relationship, "")),
        "reachable": _reachable,
        "tags": lambda person: _tags([names[pk] for pk in person.tag_ids if pk in names]),
        "support": lambda person: _cell(label, str(SUPPORT_LEVELS.get(person.support_level or 0, ""))),
        "joined": lambda person: format_html(
            '<td class="nb" data-l="{}">{}</td>', label, day(timezone.localtime(person.created_at), "j N Y")
        ),
    }
    return known[column.key]


def _cell(label: str, text: str) -> SafeString:
    """On a narrow screen each cell says what it is; one without anything in it is not there."""
    return format_html('<td data-l="{}">{}</td>', label, text) if text else SafeString("<td></td>")


def _town(person: Person) -> SafeString:
    code = person.departement_code
    return format_html("<td>{}{}</td>", person.city, f" ({code})" if code else "")


def _reachable(person: Person) -> SafeString:
    return _squares(tuple(getattr(person, REACH[channel]) for channel in Channel), get_language())


def _tags(tags: Sequence[Tag]) -> SafeString:
    shown = format_html_join("", '<span class="iso-tag t-{}">{}</span> ', ((tag.color, tag.name) for tag in tags))
    return format_html("<td>{}</td>", shown)


@lru_cache(maxsize=1000)
def _squares(reaches: tuple[int, ...], language: str | None) -> SafeString:
    """A few dozen different ones in all."""
    channels = [channel_state(channel, Reach(reach)) for channel, reach in zip(Channel, reaches, strict=True)]
    return render_to_string("people/channel_squares.html", {"channels": channels})
