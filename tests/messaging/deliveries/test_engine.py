"""A mailing from the click to the outcomes, against a real server."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from crm.consent.entries import Source
from crm.consent.services import withdraw_consent
from crm.people.erasing import request_erasure
from crm.people.models import Activity, EmailAddress, Person
from messaging.deliveries import engine, queries
from messaging.deliveries.channels import ACCEPTED, Outcome, Recipient
from messaging.deliveries.engine import send_due_batches
from messaging.deliveries.enums import DeliveryState, MailingState, Reason
from messaging.deliveries.leases import announce, lease_batch, recover_expired, settle
from messaging.deliveries.models import Batch, Delivery, Mailing
from messaging.deliveries.queries import next_look, results
from messaging.deliveries.services import (
    TooLate,
    cancel_mailing,
    finish_mailing,
    pause_mailing,
    prepare_mailing,
    resume_mailing,
    start_mailing,
    stop_mailing,
)
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.messaging.sink import Sink
from tests.messaging.support import NOW, draft, people, person, send, states_of

LATER = datetime(2027, 1, 1, tzinfo=UTC)


def frozen(owner: User) -> Mailing:
    mailing = send(draft(owner), owner).mailing
    assert prepare_mailing(mailing_id=mailing.pk, now=NOW)
    return mailing


def started(owner: User) -> Mailing:
    mailing = frozen(owner)
    assert start_mailing(mailing_id=mailing.pk, now=NOW)
    mailing.refresh_from_db()
    return mailing


def run(mailing: Mailing, now: datetime = NOW) -> None:
    send_due_batches(mailing_id=mailing.pk, now=now, seconds=30)
    finish_mailing(mailing_id=mailing.pk, now=now)
    mailing.refresh_from_db()


def test_everybody_of_the_frozen_list_is_written_to_once(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    people(60)
    mailing = started(owner)
    run(mailing)

    assert sorted(sink.addresses) == sorted(f"p{number}@example.org" for number in range(60))
    assert {len(caught.recipients) for caught in sink.caught} == {1}
    assert states_of(mailing) == {DeliveryState.ACCEPTED: 60}
    assert mailing.state == MailingState.FINISHED
    assert Activity.objects.filter(kind="message_sent").count() == 60
    assert sink.connections == 1


def test_the_list_is_frozen_with_basis_and_proof_and_newcomers_do_not_join_it(
    tenant: TenantFacts, owner: User, sink: Sink
) -> None:
    people(3)
    mailing = frozen(owner)
    person("late-comer")
    start_mailing(mailing_id=mailing.pk, now=NOW)
    run(mailing)

    stored = Delivery.objects.filter(mailing=mailing)
    assert stored.count() == 3
    assert not stored.filter(consent_id=None).exists()
    assert set(stored.values_list("basis", flat=True)) == {"consent"}
    assert "late-comer@example.org" not in sink.addresses


def test_who_unsubscribes_between_the_click_and_the_delivery_receives_nothing(
    tenant: TenantFacts, owner: User, sink: Sink
) -> None:
    first, *_others = people(3)
    mailing = started(owner)
    withdraw_consent(person_id=first, channel="email", source=Source("office", "person"), now=NOW)
    run(mailing)

    assert sorted(sink.addresses) == ["p1@example.org", "p2@example.org"]
    left = Delivery.objects.get(mailing=mailing, person_id=first)
    assert (left.state, left.reason) == (DeliveryState.SKIPPED, Reason.UNSUBSCRIBED)


def test_refusals_are_told_by_reason_and_a_dead_address_is_marked(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    for name in ("refuse-a", "full-a", "body-a", "fine"):
        person(name)
    mailing = started(owner)
    run(mailing)

    reasons = dict(Delivery.objects.filter(mailing=mailing).values_list("person__email", "reason"))
    assert reasons == {
        "refuse-a@example.org": Reason.BAD_ADDRESS,
        "full-a@example.org": Reason.MAILBOX_FULL,
        "body-a@example.org": Reason.BLOCKED,
        "fine@example.org": Reason.NONE,
    }
    assert EmailAddress.objects.get(status="bad").address == "refuse-a@example.org"
    assert not Person.objects.get(email="refuse-a@example.org").can_email
    assert Activity.objects.filter(kind="message_bounced").count() == 3
    assert results(mailing).refused == 3


def test_a_mailbox_that_asks_for_patience_is_tried_again_and_then_given_up(
    tenant: TenantFacts, owner: User, sink: Sink
) -> None:
    person("late-a")
    person("fine")
    mailing = started(owner)
    run(mailing)

    assert states_of(mailing) == {DeliveryState.HELD: 1, DeliveryState.ACCEPTED: 1}
    assert mailing.state == MailingState.SENDING
    look = next_look(mailing.pk, now=NOW)
    assert look.again_at is not None
    assert look.again_at > NOW
    assert not look.work_is_due
    for days in range(1, 8):
        run(mailing, NOW + timedelta(days=days))
    gone = Delivery.objects.get(mailing=mailing, state=DeliveryState.REFUSED)
    assert (gone.reason, gone.attempts) == (Reason.GAVE_UP, 6)
    assert Activity.objects.get(kind="message_bounced").person_id == gone.person_id
    assert sink.addresses == ["fine@example.org"]
    assert mailing.state == MailingState.FINISHED


def test_a_provider_that_says_too_much_is_left_alone_for_this_batch(
    tenant: TenantFacts, owner: User, sink: Sink
) -> None:
    person("slow-a")
    people(30)
    mailing = started(owner)
    run(mailing)

    # Everybody here is at one provider. It asked to slow down among the first 25; the other six were not even tried.
    assert states_of(mailing) == {DeliveryState.HELD: 7, DeliveryState.ACCEPTED: 24}
    assert Delivery.objects.get(mailing=mailing, code="451 4.7.1").person.email == "slow-a@example.org"


def test_a_connection_that_breaks_loses_nobody_and_repeats_nobody(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    for name in ("a", "drop-a", "b", "c"):
        person(name)
    mailing = started(owner)
    run(mailing)

    assert states_of(mailing) == {DeliveryState.ACCEPTED: 1, DeliveryState.UNKNOWN: 1, DeliveryState.QUEUED: 2}
    run(mailing, LATER)
    assert sorted(sink.addresses) == ["a@example.org", "b@example.org", "c@example.org"]
    assert Delivery.objects.get(mailing=mailing, state=DeliveryState.UNKNOWN).reason == Reason.CONNECTION
    assert mailing.state == MailingState.FINISHED


def test_a_server_that_is_away_costs_nobody_anything(tenant: TenantFacts, owner: User, settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:9"
    settings.SEND_UNDO_SECONDS = 0
    people(2)
    mailing = started(owner)
    run(mailing)

    assert states_of(mailing) == {DeliveryState.QUEUED: 2}
    assert Delivery.objects.filter(attempts__gt=0).count() == 0
    assert mailing.state == MailingState.SENDING


@pytest.mark.parametrize(
    ("done", "announced", "expected"),
    [(0, 0, (0, 0, 5)), (0, 2, (0, 2, 3)), (2, 4, (2, 2, 1)), (5, 5, (5, 0, 0))],
)
def test_a_lease_that_ran_out_keeps_what_is_known_and_repeats_only_what_was_never_announced(
    tenant: TenantFacts, owner: User, sink: Sink, done: int, announced: int, expected: tuple[int, int, int]
) -> None:
    people(5)
    mailing = started(owner)
    ids = list(Delivery.objects.filter(mailing=mailing).order_by("pk").values_list("pk", flat=True))
    lease = lease_batch(mailing_id=mailing.pk, now=NOW)
    assert lease is not None
    if announced:
        announce(lease, ids=ids[:announced], done_through=ids[done - 1] if done else 0, exceptions={})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE deliveries_batch SET leased_until = now() - interval '1 second'")

    assert recover_expired(mailing_id=mailing.pk, now=NOW) == 1
    counts = states_of(mailing)
    assert tuple(counts.get(state, 0) for state in ("accepted", "unknown", "queued")) == expected
    assert announce(lease, ids=ids, done_through=0, exceptions={}) == set()
    run(mailing)
    assert len(sink.caught) == expected[2]


def test_the_late_word_of_a_worker_that_was_given_up_settles_what_could_not_be_known(
    tenant: TenantFacts, owner: User, sink: Sink
) -> None:
    people(2)
    mailing = started(owner)
    ids = list(Delivery.objects.filter(mailing=mailing).order_by("pk").values_list("pk", flat=True))
    lease = lease_batch(mailing_id=mailing.pk, now=NOW)
    assert lease is not None
    announce(lease, ids=ids, done_through=0, exceptions={})
    Batch.objects.update(leased_until=NOW - timedelta(days=1))
    recover_expired(mailing_id=mailing.pk, now=NOW)
    assert states_of(mailing) == {DeliveryState.UNKNOWN: 2}

    settle(lease, outcomes=dict.fromkeys(ids, ACCEPTED), now=NOW, retry_at=NOW)
    assert states_of(mailing) == {DeliveryState.ACCEPTED: 2}


def test_one_batch_is_never_in_two_hands(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    people(3)
    mailing = started(owner)

    assert lease_batch(mailing_id=mailing.pk, now=NOW) is not None
    assert lease_batch(mailing_id=mailing.pk, now=NOW) is None


@pytest.mark.parametrize(
    ("enough", "waited", "told"),
    [(100, timedelta(0), False), (3, timedelta(0), True), (3, timedelta(hours=9), False)],
)
def test_a_speed_is_told_of_many_people_who_did_not_wait(
    owner: User, office: Client, sink: Sink, monkeypatch: pytest.MonkeyPatch, enough: int, waited: timedelta, told: bool
) -> None:
    monkeypatch.setattr(queries, "ENOUGH_FOR_A_PACE", enough)
    people(3)
    mailing = started(owner)
    run(mailing, NOW + waited)
    page = office.get(f"/bureau/messages/{mailing.dispatch.message_id}/envoi/").content.decode()

    assert "terminé le" in page
    assert ("par seconde" in page) is told


def test_a_mailing_taken_back_in_time_writes_to_nobody(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    people(2)
    mailing = frozen(owner)
    cancel_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)

    assert not start_mailing(mailing_id=mailing.pk, now=LATER)
    run(mailing, LATER)
    assert sink.caught == []
    assert mailing.state == MailingState.CANCELLED
    assert not Delivery.objects.exists()


def test_a_mailing_that_has_begun_cannot_be_taken_back(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    people(1)
    mailing = started(owner)
    with pytest.raises(TooLate):
        cancel_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)


def test_pause_holds_everybody_back_and_resuming_goes_on_where_it_stood(
    tenant: TenantFacts, owner: User, sink: Sink
) -> None:
    people(3)
    mailing = started(owner)
    pause_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)
    run(mailing)
    assert sink.caught == []

    resume_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)
    run(mailing)
    assert len(sink.caught) == 3


def test_pausing_in_the_middle_of_a_batch_stops_at_the_next_few(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    people(2)
    mailing = started(owner)
    lease = lease_batch(mailing_id=mailing.pk, now=NOW)
    assert lease is not None
    pause_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)

    assert announce(lease, ids=[lease.first_id], done_through=0, exceptions={}) == set()


def test_stopping_leaves_out_everybody_who_waits_and_says_so(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    people(2)
    mailing = started(owner)
    stop_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)
    run(mailing)

    assert sink.caught == []
    assert {each.label for each in results(mailing).skipped_by} == {str(Reason.STOPPED.label)}


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [(Outcome(DeliveryState.HELD, Reason.LATER, "451"), DeliveryState.SKIPPED), (ACCEPTED, DeliveryState.ACCEPTED)],
)
def test_who_was_stopped_in_a_workers_hands_is_not_tried_again(
    tenant: TenantFacts, owner: User, sink: Sink, outcome: Outcome, expected: DeliveryState
) -> None:
    people(1)
    mailing = started(owner)
    lease = lease_batch(mailing_id=mailing.pk, now=NOW)
    assert lease is not None
    announce(lease, ids=[lease.first_id], done_through=0, exceptions={})
    stop_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)

    settle(lease, outcomes={lease.first_id: outcome}, now=NOW, retry_at=NOW)

    assert states_of(mailing) == {expected: 1}


def test_freezing_twice_makes_one_list(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    people(2)
    mailing = frozen(owner)

    assert not prepare_mailing(mailing_id=mailing.pk, now=NOW)
    assert Delivery.objects.filter(mailing=mailing).count() == 2


def test_what_a_killed_worker_sent_is_told_in_each_story(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    people(4)
    mailing = started(owner)
    ids = list(Delivery.objects.filter(mailing=mailing).order_by("pk").values_list("pk", flat=True))
    lease = lease_batch(mailing_id=mailing.pk, now=NOW)
    assert lease is not None
    refused = {ids[1]: Outcome(DeliveryState.REFUSED, Reason.BLOCKED, "554")}
    announce(lease, ids=ids[:3], done_through=ids[1], exceptions=refused)
    Batch.objects.update(leased_until=NOW - timedelta(days=1))

    recover_expired(mailing_id=mailing.pk, now=NOW)
    recover_expired(mailing_id=mailing.pk, now=NOW)

    told = (
        Activity.objects.filter(kind__startswith="message_")
        .order_by("person__deliveries")
        .values_list("person__deliveries", "kind")
    )
    assert list(told) == [(ids[0], "message_sent"), (ids[1], "message_bounced")]


def test_who_is_erased_or_refuses_while_a_slow_batch_leaves_receives_nothing(
    tenant: TenantFacts, owner: User, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ASKED_AGAIN", -1.0)  # as if every few people took longer than that
    monkeypatch.setattr(engine, "WINDOW", 2)
    ids = people(6)
    mailing = started(owner)
    lease = lease_batch(mailing_id=mailing.pk, now=NOW)
    assert lease is not None
    carrier = SlowCarrier(
        lambda: withdraw_consent(person_id=ids[3], channel="email", source=Source("office", ""), now=NOW),
        lambda: request_erasure(person=Person.objects.get(pk=ids[5]), source=Source("office", ""), now=NOW),
    )

    engine.send_batch(lease, mailing=mailing, carrier=carrier, now=NOW)

    assert carrier.written_to == ["p0@example.org", "p1@example.org", "p2@example.org", "p4@example.org"]
    assert states_of(mailing) == {DeliveryState.ACCEPTED: 4, DeliveryState.SKIPPED: 2}


class SlowCarrier:
    """Something happens each time that it was spoken to."""

    def __init__(self, *meanwhile: Callable[[], object]) -> None:
        self.written_to: list[str] = []
        self._meanwhile = list(meanwhile)

    def hand_over(self, recipients: Sequence[Recipient]) -> list[Outcome]:
        self.written_to += [each.address for each in recipients]
        if self._meanwhile:
            self._meanwhile.pop(0)()
        return [ACCEPTED] * len(recipients)

    def close(self) -> None:
        """There is nothing to give back."""
