"""What a form may not put right by itself: whoever knows an address can type it, and a refusal must outlive that."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.timezone import localdate

from crm.consent.entries import ConsentGiven
from crm.consent.models import ConsentState, Suppression
from crm.consent.services import normalize
from crm.consent.suppression import address_hash


def contested(
    *, person_id: int, consents: Sequence[ConsentGiven], addresses: Mapping[str, str]
) -> tuple[ConsentGiven, ...]:
    """Those among them that go against a refusal of hers, or use an address that asked to be left alone.

    `addresses`: what the form says of each channel. A refusal stands for its channel, whatever it was refused for.
    """
    refused = set(ConsentState.objects.filter(person_id=person_id, granted=False).values_list("channel", flat=True))
    refused |= {channel for channel, address in addresses.items() if address and is_suppressed(channel, address)}
    return tuple(consent for consent in consents if consent.granted and consent.channel in refused)


def refusals_against(*, person_id: int, consents: Sequence[ConsentGiven]) -> dict[tuple[str, str], date]:
    """By purpose and channel, the day of each refusal that one of them would overturn."""
    asked = {(consent.purpose, consent.channel) for consent in consents if consent.granted}
    refusals = ConsentState.objects.filter(person_id=person_id, granted=False).select_related("entry") if asked else ()
    days = {(one.purpose, one.channel): one.entry.given_on or localdate(one.entry.at) for one in refusals}
    return {key: day for key, day in days.items() if key in asked}


def is_suppressed(channel: str, address: str) -> bool:
    return Suppression.objects.filter(channel=channel, address_hash=address_hash(normalize(channel, address))).exists()
