"""Which rules a message to a segment falls under: a whole list, or a selection (regulation (EU) 2024/900, art. 18)."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.consent.entries import HER_OWN
from crm.consent.enums import Channel, Purpose, Reach
from crm.consent.models import ConsentState
from crm.people.models import Activity
from crm.segments.criteria.age import years_before
from crm.segments.enums import LegalKind
from crm.segments.tree import All, AnyOf, Condition, Draw, Node, Not, all_conditions_of
from crm.segments.words import condition_text, draw_text
from shared.sampling import has_any

ADULT = 18
TARGETED = "targeting"  # key of the requirement that people agreed to be chosen
NO_CONSENT = Reach.NO_CONSENT.name.lower()
# Told to the campaign by herself: on a form, or to somebody of the team. The demonstration's people stand for such.
OWN_SOURCES = (*sorted(HER_OWN), "demo")


@dataclass(frozen=True, slots=True)
class LegalClass:
    kind: LegalKind
    sentence: str
    # The conditions that make it a selection, and those on opinions that keep it from any online targeting.
    selecting: tuple[Condition | Draw, ...]
    opinions: tuple[Condition, ...]

    @property
    def selecting_texts(self) -> list[str]:
        return list(dict.fromkeys(map(_text, self.selecting)))

    @property
    def is_selection(self) -> bool:
        return self.kind == LegalKind.SELECTED

    @property
    def may_target_online(self) -> bool:
        return not self.opinions

    @property
    def needs_own_data(self) -> bool:
        conditions = [one for one in self.selecting if isinstance(one, Condition)]
        return any(condition.criterion.rests_on_own_data(condition.value) for condition in conditions)


def legal_class_of(node: Node | None) -> LegalClass:
    selecting = tuple(_selecting(node))
    opinions = tuple(one for one in all_conditions_of(node) if one.criterion.rests_on_opinion(one.value))
    return LegalClass(
        kind=LegalKind.SELECTED if selecting else LegalKind.WHOLE,
        sentence=_sentence(has_selection=bool(selecting), has_opinion=bool(opinions)),
        selecting=selecting,
        opinions=opinions,
    )


def _selecting(node: Node | None, *, is_negated: bool = False) -> Iterator[Condition | Draw]:
    """Who subscribed is the whole list; who did not is a choice, whether the condition says so or a «none of these» around it.

    Chance is one, too, as a part or as a number: the law exempts a list to which everybody is written, and asks not why some
    are left out.
    """
    match node:
        case All(nodes) | AnyOf(nodes):
            for child in nodes:
                yield from _selecting(child, is_negated=is_negated)
        case Not(child):
            yield from _selecting(child, is_negated=True)
        case Draw(node=child):
            yield from _selecting(child, is_negated=is_negated)
            yield node
        case Condition(criterion, value):
            if is_negated or criterion.selects(value):
                yield node
            for inner in criterion.inner(value):
                yield from _selecting(inner, is_negated=is_negated)


def _text(node: Condition | Draw) -> str:
    return draw_text(node) if isinstance(node, Draw) else condition_text(node)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an online message to a selection asks of each recipient, and the words for those who do not fulfil it."""

    key: str
    label: str
    make: Callable[[], Q]

    @property
    def condition(self) -> Q:
        return self.make()


def requirements_of(node: Node | None, *, now: datetime) -> list[Requirement]:
    """In the order in which people are left out; none for a whole list (art. 18, the exemption of newsletters)."""
    legal = legal_class_of(node)
    if not legal.is_selection:
        return []
    found = [
        Requirement(TARGETED, _("without consent to targeted e-mails"), _agrees_to_targeting),
        Requirement("adult", _("known to be under 18"), partial(_is_no_minor, now)),
    ]
    if legal.needs_own_data:
        found.append(Requirement("own", _("whose data does not come from themselves"), _told_by_herself))
    return found


def way_to_agreements(missing: Collection[str], *, is_selection: bool) -> str:
    """One sentence where nobody is left to write to: how people come to agree. Empty when no agreement is missing.

    `missing` are the reasons for which people are left out. Told to whoever imported a file: it seldom brings agreements.
    """
    if is_selection and not {TARGETED, NO_CONSENT}.isdisjoint(missing):
        return _(
            "Nobody here has agreed to messages chosen by profile, and no file brings that agreement: people give it "
            "in the form of your site, or to your team, who note it on their page."
        )
    if NO_CONSENT in missing:
        return _(
            "Nobody here has agreed to your news, and a file brings agreements only if it has a column for them: "
            "people agree in the form of your site, or the file is imported again with that column."
        )
    return ""


def _agrees_to_targeting() -> Q:
    states = ConsentState.objects.filter(purpose=Purpose.TARGETING, channel=Channel.EMAIL, granted=True)
    return has_any(states)


def _is_no_minor(now: datetime) -> Q:
    return Q(birth_date__isnull=True) | Q(birth_date__lte=years_before(timezone.localtime(now).date(), ADULT))


def _told_by_herself() -> Q:
    """Her card began with a form or with somebody of the team, or she filled in a form since."""
    signed_up = Activity.objects.filter(kind="signed_up", source_kind="form")
    return Q(source_kind__in=OWN_SOURCES) | has_any(signed_up)


def _sentence(*, has_selection: bool, has_opinion: bool) -> str:
    if has_opinion:
        return _(
            "You choose people by an opinion. The law allows it for canvassing and calls to your own contacts, "
            "never for targeted messages on line."
        )
    if has_selection:
        return _(
            "You choose some people among your subscribers. Online, it takes their consent to targeted messages, "
            "and each message says why it was received."
        )
    return _(
        "You write to all the subscribers of your list, without sorting. Their consent to receive your news is enough."
    )
