"""The rows of the list as HTML: three hundred cells on a page, of which a template's loop made half of the page's time."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.consent.enums import Channel, Reach, Relationship
from crm.consent.reach import REACH
from crm.geo.countries import abroad
from crm.geo.queries import find_departement
from crm.people.enums import SUPPORT_LEVELS
from crm.people.list_columns import ListColumn
from crm.people.models import Person, Tag
from crm.people.profile import channel_state
from shared.templatetags.addresses import breakable
from shared.templatetags.days import day

Draw = Callable[[Person], SafeString]
EMPTY = SafeString("<td></td>")
NAMED = '<th scope="row"><a class="nom" href="{}">{}</a></th>{}</tr>'
TICKED = (
    '<tr><td><label class="caseur"><input type="checkbox" name="ids" value="{}"><span class="w-sr-only">{}</span></label></td>'
    + NAMED
)
PLAIN = '<tr class="sans">' + NAMED


def rows_of(
    columns: Sequence[ListColumn], people: Sequence[Person], tags: Sequence[Tag], *, may_tick: bool
) -> list[SafeString]:
    cells, tick = cells_of(columns, people, tags), _("Tick %(name)s")
    rows = []
    for person in people:
        name = person.sort_name
        shown = (person.get_absolute_url(), breakable(name), cells[person.pk])
        rows.append(
            format_html(TICKED, person.pk, tick % {"name": name}, *shown) if may_tick else format_html(PLAIN, *shown)
        )
    return rows


def cells_of(columns: Sequence[ListColumn], people: Sequence[Person], tags: Sequence[Tag]) -> dict[int, SafeString]:
    """Each person's row, but for her name."""
    drawn = [_drawing(column, people, tags) for column in columns]
    return {person.pk: SafeString("".join(draw(person) for draw in drawn)) for person in people}


def _drawing(column: ListColumn, people: Sequence[Person], tags: Sequence[Tag]) -> Draw:
    label = str(column.label)
    if column.cells is not None:
        texts = column.cells(people)
        return lambda person: _cell(label, texts.get(person.pk, ""))
    return KNOWN[column.key](label, tags)


def _cell(label: str, text: str) -> SafeString:
    """On a narrow screen each cell says what it is; one without anything in it is not there."""
    return format_html('<td data-l="{}">{}</td>', label, breakable(text)) if text else EMPTY


def _town(label: str, tags: Sequence[Tag]) -> Draw:
    def draw(person: Person) -> SafeString:
        known = find_departement(person.departement_code)
        place = person.city or (known.name if known else "")
        more = person.departement_code or abroad(person.country)
        return format_html("<td>{}{}</td>", place, f" ({more})" if more else "") if place else EMPTY

    return draw


def _relationship(label: str, tags: Sequence[Tag]) -> Draw:
    cells = {value: _cell(label, str(name)) for value, name in Relationship.choices}
    return lambda person: cells.get(person.relationship, EMPTY)


def _support(label: str, tags: Sequence[Tag]) -> Draw:
    cells = {level: _cell(label, str(name)) for level, name in SUPPORT_LEVELS.items()}
    return lambda person: cells.get(person.support_level or 0, EMPTY)


def _reachable(label: str, tags: Sequence[Tag]) -> Draw:
    columns, language = [REACH[channel] for channel in Channel], get_language()
    return lambda person: _squares(tuple(getattr(person, column) for column in columns), language)


def _tags(label: str, tags: Sequence[Tag]) -> Draw:
    drawn = {tag.pk: format_html('<span class="iso-tag t-{}">{}</span> ', tag.color, tag.name) for tag in tags}
    return lambda person: SafeString(f"<td>{''.join(drawn[pk] for pk in person.tag_ids if pk in drawn)}</td>")


def _joined(label: str, tags: Sequence[Tag]) -> Draw:
    start = format_html('<td class="nb" data-l="{}">', label)
    return lambda person: SafeString(f"{start}{day(timezone.localtime(person.created_at), 'j N Y')}</td>")


@lru_cache(maxsize=1000)
def _squares(reaches: tuple[int, ...], language: str | None) -> SafeString:
    """A few dozen different ones in all."""
    channels = [channel_state(channel, Reach(reach)) for channel, reach in zip(Channel, reaches, strict=True)]
    return render_to_string("people/channel_squares.html", {"channels": channels})


KNOWN: Mapping[str, Callable[[str, Sequence[Tag]], Draw]] = {
    "town": _town,
    "relationship": _relationship,
    "reachable": _reachable,
    "tags": _tags,
    "support": _support,
    "joined": _joined,
}
