"""Messages as the office lists and shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext, pgettext_lazy

from crm.people.expressions import HasCustom
from crm.people.models import Person
from crm.segments.usage import Usage
from messaging.deliveries.audience import audience
from messaging.deliveries.enums import LegalClass
from messaging.deliveries.models import Mailing
from messaging.deliveries.queries import Results, results, results_by_mailing
from messaging.email.merge import mark, own_fields_in, used_fields
from messaging.email.models import Audience, Dispatch, Message

# As they are offered in the office's language; what merges knows them in both (`messaging.email.merge.ALIASES`).
FIELD_WORDS = {
    "first_name": pgettext_lazy("merge field", "first name"),
    "last_name": pgettext_lazy("merge field", "last name"),
    "city": pgettext_lazy("merge field", "city"),
    "postcode": pgettext_lazy("merge field", "postcode"),
}


@dataclass(frozen=True, slots=True)
class MessageLine:
    message: Message
    dispatch: Dispatch | None
    results: Results | None

    @property
    def mailing(self) -> Mailing | None:
        return self.dispatch.mailing if self.dispatch else None


def messages_by_recency() -> QuerySet[Message]:
    live = Dispatch.objects.filter(is_live=True).select_related("mailing")
    found = Message.objects.select_related("updated_by", "segment")
    return found.prefetch_related(Prefetch("dispatches", live, to_attr="live")).order_by("-updated_at", "-pk")


def message_lines(messages: Iterable[Message]) -> list[MessageLine]:
    found = [(message, next(iter(getattr(message, "live", ())), None)) for message in messages]
    counted = results_by_mailing(dispatch.mailing_id for _message, dispatch in found if dispatch)
    return [
        MessageLine(message, dispatch, counted.get(dispatch.mailing_id) if dispatch else None)
        for message, dispatch in found
    ]


def live_dispatches(message: Message) -> QuerySet[Dispatch]:
    return message.dispatches.filter(is_live=True).select_related("mailing")


def live_dispatch(message: Message) -> Dispatch | None:
    return live_dispatches(message).first()


def last_sent() -> MessageLine | None:
    sent = Dispatch.objects.filter(is_live=True, mailing__started_at__isnull=False).select_related("mailing", "message")
    dispatch = sent.order_by("-mailing__started_at").first()
    return MessageLine(dispatch.message, dispatch, results(dispatch.mailing)) if dispatch else None


def anything_sent() -> bool:
    return Mailing.objects.filter(started_at__isnull=False).exists()


def sample_people(criteria: Mapping[str, Any], kind: LegalClass, limit: int = 20) -> QuerySet[Person]:
    """A few of those who will receive it, to look at the message with their eyes."""
    return audience(criteria, kind).order_by("pk")[:limit]


def empty_fields(message: Message, texts: list[str], criteria: Mapping[str, Any], kind: LegalClass) -> list[str]:
    """In words: for how many people a field of the message stays empty, and without a word in its place."""
    fields = {field for text in texts for field in used_fields(mark(text)) if not field.fallback}
    own_fields = {own.column: own for own in own_fields_in(*map(mark, texts)).values()}
    people = audience(criteria, kind)
    told = []
    for name in sorted({field.name for field in fields}):
        own = own_fields.get(name)
        count = people.filter(~Q(HasCustom("custom", key=own.key)) if own else Q(**{name: ""})).count()
        if count:
            words = ngettext(
                "“%(field)s” is not known for one person, who will read the sentence without it.",
                "“%(field)s” is not known for %(count)s people, who will read the sentence without it.",
                count,
            )
            told.append(words % {"field": own.name if own else FIELD_WORDS[name], "count": count})
    return told


def drafts_on(segment_id: int) -> list[Usage]:
    """Drafts that count on a segment: it is not deleted under them."""
    drafts = Message.objects.filter(segment_id=segment_id, audience=Audience.SEGMENT).exclude(dispatches__is_live=True)
    return [Usage(message.subject, reverse("messages:edit", args=[message.pk])) for message in drafts]
