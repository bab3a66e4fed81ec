"""A segment said in one sentence."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.segments.tree import All, AnyOf, Condition, Draw, Node, Not


def sentence(node: Node | None) -> str:
    if node is None:
        return _("Everyone in your contact file.")
    if isinstance(node, Draw):
        text = ngettext(
            "%(sentence)s Of them, %(count)s picked at random.",
            "%(sentence)s Of them, %(count)s picked at random.",
            node.people,
        )
        return text % {"sentence": sentence(node.node), "count": intcomma(node.people)}
    wanted, unwanted = _top_level(node)
    if not wanted:
        return _("Everyone, except those who %(unwanted)s.") % {"unwanted": _either(unwanted)}
    who = _joined(pgettext("sentence", "and who"), [_clause(child, inside=len(wanted) > 1) for child in wanted])
    if not unwanted:
        return _("People who %(wanted)s.") % {"wanted": who}
    return _("People who %(wanted)s, except those who %(unwanted)s.") % {"wanted": who, "unwanted": _either(unwanted)}


def _top_level(node: Node) -> tuple[list[Node], list[Node]]:
    """What is asked, and what is excluded: a negation at the top reads best as an exception."""
    match node:
        case All(nodes):
            parts = [_top_level(child) for child in nodes]
            return [item for wanted, _no in parts for item in wanted], [item for _yes, no in parts for item in no]
        case Not(child):
            return [], list(child.nodes) if isinstance(child, AnyOf) else [child]
        case _:
            return [node], []


def _either(nodes: list[Node]) -> str:
    return _joined(pgettext("sentence", "or who"), [_clause(node, inside=len(nodes) > 1) for node in nodes])


def _joined(word: str, clauses: list[str]) -> str:
    """«have the tag “x”, who live in Nice and who are aged 18 to 30»: each clause has its pronoun."""
    *first, last = clauses
    comma = pgettext("sentence", ", who ")
    return f"{comma.join(first)} {word} {last}" if first else last


def _clause(node: Node, *, inside: bool) -> str:
    match node:
        case Condition(criterion, value):
            return criterion.clause(value)
        case Not(child):
            return _("are not among those who %(clause)s") % {"clause": _clause(child, inside=True)}
        case All(nodes):
            return _group(pgettext("sentence", "and who"), nodes, inside=inside)
        case AnyOf(nodes):
            return _group(pgettext("sentence", "or who"), nodes, inside=inside)
        case Draw():
            return draw_text(node)


def _group(word: str, nodes: tuple[Node, ...], *, inside: bool) -> str:
    text = _joined(word, [_clause(child, inside=True) for child in nodes])
    return f"({text})" if inside and len(nodes) > 1 else text


def draw_text(node: Draw) -> str:
    text = ngettext("is the one picked at random", "is one of the %(count)s picked at random", node.people)
    return text % {"count": intcomma(node.people)}


def condition_text(condition: Condition) -> str:
    """«Lives in the commune: Marseille (13)», for one line of a list."""
    text = condition.criterion.value_text(condition.value)
    if not text:
        return str(condition.criterion.label)
    return _("%(label)s: %(value)s") % {"label": condition.criterion.label, "value": text}
