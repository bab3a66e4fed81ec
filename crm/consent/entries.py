"""What is said when a consent is recorded: plain facts, handed from whoever collects them to the ledger."""

from dataclasses import dataclass
from datetime import date

# Acts of the person herself. What she withdrew, only she can give again.
HER_OWN = frozenset({"form", "unsubscribe", "office"})
# Said in her place, and taken back when a merge is parted or an import undone: what she says herself is written down beside it.
TAKEN_BACK = frozenset({"merge", "import"})


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    purpose: str
    channel: str
    granted: bool
    basis: str
    wording: str
    given_on: date | None = None  # when she said so, where that is another day than that of the line


@dataclass(frozen=True, slots=True)
class Source:
    """Whence a datum comes. `reference` is an address in the product ("form:12"), never an e-mail or a name."""

    kind: str
    reference: str
    actor_id: int | None = None
    is_proven: bool = False  # a form whose address is certainly hers: she followed a link in a mail to it


def may_overturn(source: Source) -> bool:
    """Whether it is certainly she who gives again what was refused: anybody can type somebody's address into a form."""
    return source.kind in HER_OWN and (source.kind != "form" or source.is_proven)
