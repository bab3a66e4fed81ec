"""What a channel (e-mail now, SMS and voice later) owes to the engine that hands batches over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from messaging.deliveries.enums import DeliveryState, Reason


@dataclass(frozen=True, slots=True)
class Recipient:
    delivery_id: int
    person_id: int
    address: str
    first_name: str
    last_name: str
    city: str
    postcode: str
    basis: str
    consent_at: datetime | None
    consent_source: str
    departement_code: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)  # her values of the campaign's own fields


@dataclass(frozen=True, slots=True)
class Outcome:
    state: DeliveryState
    reason: Reason = Reason.NONE
    code: str = ""


ACCEPTED = Outcome(DeliveryState.ACCEPTED)


class ProviderUnavailable(Exception):
    """Nothing can be handed over now; nobody of those not yet answered for was written to. Worth trying again."""


class Carrier(Protocol):
    def hand_over(self, recipients: Sequence[Recipient]) -> list[Outcome]:
        """One outcome per recipient, in order. A shorter list: the others were certainly not handed over."""

    def close(self) -> None:
        """Give the connection back."""


CarrierFactory = Callable[[int], Carrier]  # from the mailing's id

_factories: dict[str, CarrierFactory] = {}


def register_channel(name: str, factory: CarrierFactory) -> None:
    _factories[name] = factory


def open_carrier(*, channel: str, mailing_id: int) -> Carrier:
    return _factories[channel](mailing_id)
