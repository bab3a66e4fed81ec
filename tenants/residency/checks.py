"""What was found of one store: a fact that can be kept, sent over the bus and told in a sentence."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext, gettext_noop

from tenants.residency.enums import Basis, Subject, Verdict
from tenants.residency.places import country_label

SENTENCES = {
    Verdict.RIGHT: gettext_noop("%(setting)s: in its region."),
    Verdict.SILENT: gettext_noop("%(setting)s: %(host)s does not answer, so where it stands could not be checked."),
    Verdict.UNKNOWN: gettext_noop(
        "%(setting)s leads to %(host)s, which is in no list of known places: list it with its source (RESIDENCY_PROVIDERS), or use another one."
    ),
    Verdict.ELSEWHERE: gettext_noop("%(setting)s leads to %(found)s, and the cell %(cell)s is in %(expected)s."),
    Verdict.UNDECLARED: gettext_noop(
        "%(setting)s is not set: it has to say in which country this machine stands, since %(store)s is on it."
    ),
    Verdict.OTHER_CELL: gettext_noop(
        "%(setting)s leads to a database that was prepared for %(found)s, and this process is %(expected)s."
    ),
    Verdict.OTHER_SERVER: gettext_noop(
        "%(setting)s leads to a copy of the database on another server: check where that is, then run prepare_cell."
    ),
    Verdict.UNTAGGED: gettext_noop("%(setting)s leads to a database that has no region yet: run prepare_cell."),
    Verdict.OTHER_LOCATION: gettext_noop("%(setting)s: the bucket is in %(found)s, and %(expected)s was said."),
    Verdict.MISSING: gettext_noop("%(setting)s: %(host)s has no bucket of this name."),
}


@dataclass(frozen=True, slots=True)
class Check:
    subject: str
    setting: str
    verdict: str
    country: str = ""
    region: str = ""
    place: str = ""
    operator: str = ""
    law: str = ""
    basis: str = ""
    evidence: str = ""  # tag: the database's own; location: what the bucket's server said
    facts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> "Check":
        """What an older or newer version wrote is read as far as it is known."""
        return cls(**{key: value for key, value in values.items() if key in cls.__dataclass_fields__})

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_refusal(self) -> bool:
        return Verdict(self.verdict).is_refusal

    @property
    def is_right(self) -> bool:
        return self.verdict == Verdict.RIGHT

    @property
    def is_proved(self) -> bool:
        """More than a word: the store itself said where it is, at a place that we know without the operator."""
        return self.is_right and bool(self.evidence) and self.basis == Basis.LISTED

    @property
    def subject_label(self) -> str:
        return str(Subject(self.subject).label) if self.subject in Subject.values else self.subject

    @property
    def is_undeclared(self) -> bool:
        """On a trial installation's machine, whose country nobody has stated: right, and no claim."""
        return self.is_right and not self.country

    @property
    def verdict_label(self) -> str:
        return str(Verdict.UNDECLARED.label if self.is_undeclared else Verdict(self.verdict).label)

    @property
    def basis_label(self) -> str:
        return str(Basis(self.basis).label) if self.basis else ""

    @property
    def evidence_label(self) -> str:
        """What the store itself said."""
        return {"tag": gettext("the database’s own mark"), "location": gettext("its server says so")}.get(
            self.evidence, ""
        )

    @property
    def law_label(self) -> str:
        return country_label(self.law)

    @property
    def country_label(self) -> str:
        return country_label(self.country)

    @property
    def sentence(self) -> str:
        return gettext(SENTENCES[Verdict(self.verdict)]) % self.facts_of_sentence

    @property
    def facts_of_sentence(self) -> dict[str, str]:
        blank = dict.fromkeys(("host", "found", "expected", "cell", "store"), "?")
        return {**blank, **self.facts, "setting": self.setting}
