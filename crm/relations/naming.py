"""People and organisations as somebody types them into a condition, and back."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from crm.people.contact_points import normalize_email
from crm.people.expressions import Folded, fold_text
from crm.people.models import EmailAddress, Person
from crm.people.searching import people_matching
from crm.relations.models import Organisation
from crm.segments.registry import CriterionInvalid

IN_BRACKETS = re.compile(r"\(([^()]+)\)$")


def name_of(person: Person) -> str:
    """Her name and what tells her from others of the name: «Ada Durand (ada@example.org)». No comma: it separates."""
    sign = person.email or f"#{person.pk}"
    return f"{_plain(person.full_name)} ({sign})"


def names_of(ids: list[int]) -> list[str]:
    found = {one.pk: name_of(one) for one in Person.objects.filter(pk__in=ids)}
    return [found.get(pk, f"(#{pk})") for pk in ids]


def read_person(entry: str) -> int:
    """Raises CriterionInvalid, with those who may be meant."""
    sign = found[1] if (found := IN_BRACKETS.search(entry)) else entry
    if re.fullmatch(r"#\d{1,18}", sign):
        return int(sign[1:])
    if email := normalize_email(sign):
        owner = EmailAddress.objects.filter(address=email).values_list("person_id", flat=True).first()
        if owner is not None:
            return owner
        raise CriterionInvalid(_("Nobody has the e-mail “%(entry)s”.") % {"entry": sign})
    people = list(people_matching(entry.replace(",", " ")).order_by("pk")[:9])
    exact = [one for one in people if _is_called(one, entry)]
    if len(exact) == 1:
        return exact[0].pk
    message = _("Several people may be meant by “%(entry)s”.") if people else _("Nobody is called “%(entry)s”.")
    if len(people) == 1:
        message = _("“%(entry)s” is not her whole name. Write it as it stands here:")
    raise CriterionInvalid(message % {"entry": entry}, [name_of(one) for one in people[:5]])


def _is_called(person: Person, entry: str) -> bool:
    """As her page names her, or her last name first, as the list does."""
    turned = f"{person.last_name} {person.first_name}"
    return fold_text(entry.replace(",", " ")).split() in (
        fold_text(person.full_name).split(),
        fold_text(turned).split(),
    )


def people_starting(text: str) -> list[str]:
    return [name_of(one) for one in people_matching(text).order_by("pk")[:8]] if len(text.strip()) > 2 else []


def read_organisations(entry: str) -> list[int]:
    """All those of exactly this name, or the one of this number. Raises CriterionInvalid, with those whose name has it in it."""
    if number := re.search(r"\(#(\d{1,18})\)$", entry):
        return [int(number[1])]
    keyed = Organisation.objects.present().alias(key=Folded("name"))
    wanted = fold_text(entry)
    found = list(keyed.filter(key=wanted).order_by("pk").values_list("pk", flat=True)[:50])
    if not found:
        near = keyed.filter(key__contains=wanted).order_by("key", "pk")[:5]
        raise CriterionInvalid(_("There is no organisation “%(entry)s”.") % {"entry": entry}, _words(near))
    return found


def organisation_word(organisation: Organisation) -> str:
    """Its name; with its number where a comma in it would be taken for the end of it."""
    plain = _plain(organisation.name)
    return plain if plain == organisation.name else f"{plain} (#{organisation.pk})"


def organisations_starting(text: str) -> list[str]:
    keyed = Organisation.objects.present().alias(key=Folded("name"))
    found = keyed.filter(key__contains=fold_text(text)).order_by("key", "pk")[:8]
    return _words(found)


def _words(organisations: Iterable[Organisation]) -> list[str]:
    return list(dict.fromkeys(map(organisation_word, organisations)))


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[,;()\n]", " ", name).split())
