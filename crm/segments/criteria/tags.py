from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from crm.people.models import Person, Tag, TagAlias
from crm.people.queries import former_names
from crm.segments.criteria.values import (
    by_words,
    check_integers,
    close_names,
    find_by_word,
    fold,
    joined_by,
    names_starting,
    read_entries,
    shortened,
    word_of,
)
from crm.segments.registry import Criterion, CriterionInvalid, Field, RawValue
from shared.once import once


def _names() -> Mapping[int, str]:
    return once("tags.names", lambda: dict(Tag.objects.values_list("pk", "name")))


def _words() -> list[str]:
    return [word_of(pk, name) for pk, name in _names().items()]


def _quoted_names(tag_ids: Sequence[int]) -> list[str]:
    names = _names()
    if any(pk not in names for pk in tag_ids):  # as a segment's history does
        names = {**former_names(), **names}
    known = sorted((names[pk] for pk in tag_ids if pk in names), key=fold)
    gone = len(tag_ids) - len(known)
    return [_("“%(name)s”") % {"name": name} for name in known] + [_("a deleted tag")] * gone


class _Tags(Criterion):
    name = "tags"
    field = Field("list", placeholder=gettext_lazy("volunteer, press"))

    def check(self, value: object) -> list[int]:
        return check_integers(value, what=gettext_lazy("Name at least one tag."))

    def rests_on_opinion(self, value: list[int]) -> bool:
        sensitive = once(
            "tags.sensitive", lambda: set(Tag.objects.filter(is_sensitive=True).values_list("pk", flat=True))
        )
        return not sensitive.isdisjoint(value)

    def is_gone(self, value: list[int]) -> bool:
        """«None of these tags» would be everybody. What this request has not seen yet may be new."""
        unseen = [pk for pk in value if pk not in _names()]
        return bool(unseen) and Tag.objects.filter(pk__in=unseen).count() < len(unseen)

    def read(self, raw: RawValue) -> list[int]:
        known, former = by_words(_names().items()), by_words(TagAlias.objects.values_list("tag_id", "name"))

        def read_one(entry: str) -> int:
            if pk := find_by_word(entry, known) or find_by_word(entry, former):
                return pk
            close = close_names(entry, _words())
            raise CriterionInvalid(_("There is no tag “%(entry)s”.") % {"entry": entry}, close)

        return self.check(read_entries(raw.text, read_one))

    def write(self, value: list[int]) -> RawValue:
        names = _names()
        words = [word_of(pk, names[pk]) if pk in names else f"#{pk}" for pk in value]
        return RawValue(text=", ".join(sorted(words, key=fold)))

    def suggestions(self, text: str) -> list[str]:
        return names_starting(text, sorted(_words(), key=fold))

    def value_text(self, value: list[int]) -> str:
        return ", ".join(_quoted_names(value))

    def evidences(self, value: list[int], people: Sequence[Person], *, now: datetime) -> Mapping[int, str]:
        held = {person.pk: [pk for pk in value if pk in person.tag_ids] for person in people}
        return {
            pk: ngettext("tag %(tags)s", "tags %(tags)s", len(ids)) % {"tags": ", ".join(_quoted_names(ids))}
            for pk, ids in held.items()
            if ids
        }


class AnyTag(_Tags):
    operator = "any"
    label = gettext_lazy("Has one of the tags")

    def condition(self, value: list[int], *, now: datetime) -> Q:
        return Q(tag_ids__overlap=value)

    def clause(self, value: list[int]) -> str:
        return _("have the tag %(tags)s") % {"tags": joined_by(pgettext("list", "or"), shortened(_quoted_names(value)))}


class AllTags(_Tags):
    operator = "all"
    label = gettext_lazy("Has all the tags")

    def condition(self, value: list[int], *, now: datetime) -> Q:
        return Q(tag_ids__contains=value)

    def clause(self, value: list[int]) -> str:
        return _("have the tags %(tags)s") % {
            "tags": joined_by(pgettext("list", "and"), shortened(_quoted_names(value)))
        }


class NoTag(_Tags):
    operator = "none"
    label = gettext_lazy("Has none of the tags")

    def condition(self, value: list[int], *, now: datetime) -> Q:
        return ~Q(tag_ids__overlap=value)

    def clause(self, value: list[int]) -> str:
        return _("do not have the tag %(tags)s") % {
            "tags": joined_by(pgettext("list", "or"), shortened(_quoted_names(value)))
        }


CRITERIA: tuple[Any, ...] = (AnyTag(), AllTags(), NoTag())
