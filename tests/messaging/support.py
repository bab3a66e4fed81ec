"""People, messages and tokens for the tests of messaging."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count

from crm.consent.entries import ConsentGiven, Source
from crm.people.services import ContactData, capture
from messaging.deliveries.models import Delivery, Mailing
from messaging.email.models import Dispatch, Message
from messaging.email.services import Order, save_message, send_message
from messaging.email.tokens import TokenMaker
from tenants.office.models import CampaignProfile
from tenants.users.models import User

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
WORDING = "J’accepte de recevoir les nouvelles de la campagne par e-mail."
BODY = [
    ("text", "<p>Bonjour {{ prénom }},</p><p>Jeudi à <b>19 h</b>, salle des Conférences.</p>"),
    ("button", {"label": "Je viens jeudi", "link": "https://maud.example/jeudi"}),
]


def consent(purpose: str = "news", channel: str = "email", *, basis: str = "consent") -> ConsentGiven:
    return ConsentGiven(purpose, channel, granted=True, basis=basis, wording=WORDING)


def person(name: str, *, consents: Sequence[ConsentGiven] | None = None, **more: Any) -> int:
    contact = ContactData(email=f"{name}@example.org", first_name=more.pop("first_name", name.title()), **more)
    given = [consent()] if consents is None else consents
    return capture(
        contact=contact, kind="signed_up", source=Source("form", "form:1"), consents=given, now=NOW
    ).person_id


def people(count: int) -> list[int]:
    return [person(f"p{number}", first_name=f"Prénom{number}") for number in range(count)]


def profile(**changes: Any) -> CampaignProfile:
    words = {
        "display_name": "Maud Kervella 2027",
        "kind": "candidate",
        "candidate_name": "Maud Kervella",
        "election_label": "Élection présidentielle 2027",
        "publisher_name": "Association Demain",
        "publisher_address": "3 rue de Siam, 29200 Brest",
        "reply_to_email": "bonjour@kervella.example",
        "color": "#c9861a",
    }
    return CampaignProfile.objects.update_or_create(id=1, defaults={**words, **changes})[0]


def draft(actor: User, *, subject: str = "Brest, on se retrouve jeudi", body: Any = None, **more: Any) -> Message:
    profile()
    message = Message(subject=subject, body=BODY if body is None else body, **more)
    return save_message(message=message, version=0, actor=actor, now=NOW)


def send(message: Message, actor: User, *, typed: str = "", now: datetime = NOW) -> Dispatch:
    order = Order(version=message.version, typed=typed, actor_id=actor.pk)
    return send_message(message_id=message.pk, order=order, now=now)


def token_of(delivery: Delivery, purpose: str) -> str:
    return TokenMaker(purpose).make(person_id=delivery.person_id, delivery_id=delivery.pk)


def recounted(mailing: Mailing) -> set[tuple[int, str, str, int, int]]:
    """What `counts_of` has to say, from the deliveries themselves."""
    rows = Delivery.objects.filter(mailing=mailing).values_list("mailing", "state", "reason")
    return set(rows.annotate(people=Count("pk"), gone=Count("unsubscribed_at")).order_by())


def states_of(mailing: Mailing) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Delivery.objects.filter(mailing=mailing).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found
