"""Which rules a message to a segment falls under: a whole list, or a selection (regulation (EU) 2024/900, art. 18)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.segments.enums import LegalKind
from crm.segments.tree import Condition, Node, all_conditions_of


@dataclass(frozen=True, slots=True)
class LegalClass:
    kind: LegalKind
    sentence: str
    # The conditions that make it a selection, and those on opinions that keep it from any online targeting.
    selecting: tuple[Condition, ...]
    opinions: tuple[Condition, ...]

    @property
    def is_selection(self) -> bool:
        return self.kind == LegalKind.SELECTED

    @property
    def may_target_online(self) -> bool:
        return not self.opinions


def legal_class_of(node: Node | None) -> LegalClass:
    conditions = list(all_conditions_of(node))
    selecting = tuple(condition for condition in conditions if condition.criterion.selects)
    opinions = tuple(condition for condition in conditions if condition.criterion.is_opinion)
    return LegalClass(
        kind=LegalKind.SELECTED if selecting else LegalKind.WHOLE,
        sentence=_sentence(has_selection=bool(selecting), has_opinion=bool(opinions)),
        selecting=selecting,
        opinions=opinions,
    )


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
