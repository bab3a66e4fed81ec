"""The numbers that stand beside the batches are those of the deliveries, whoever changes them and whoever is killed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from crm.consent.entries import Source
from crm.consent.services import withdraw_consent
from messaging.deliveries import audience, services
from messaging.deliveries.channels import ACCEPTED
from messaging.deliveries.counts import counted, counts_of
from messaging.deliveries.engine import send_due_batches
from messaging.deliveries.enums import DeliveryState
from messaging.deliveries.leases import announce, lease_batch, recover_expired, settle
from messaging.deliveries.models import Batch, Delivery, Mailing
from messaging.deliveries.queries import results, results_by_mailing
from messaging.deliveries.services import prepare_mailing, start_mailing, stop_mailing
from messaging.email.carrier import drop_session
from messaging.email.tokens import Target
from messaging.email.unsubscribing import subscribe_again, unsubscribe
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.messaging.deliveries.test_engine import frozen, run, started
from tests.messaging.sink import Sink
from tests.messaging.support import NOW, draft, people, person, recounted, send


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience, "BATCH_SIZE", 10)


def is_exact(mailing: Mailing) -> bool:
    return set(counts_of([mailing.pk])) == recounted(mailing)


def test_the_numbers_are_exact_from_the_frozen_list_to_the_last_unsubscription(
    tenant: TenantFacts, owner: User, sink: Sink
) -> None:
    for name in ("refuse-a", "full-a"):
        person(name)
    first, *others = people(30)
    mailing = frozen(owner)
    assert is_exact(mailing)
    start_mailing(mailing_id=mailing.pk, now=NOW)
    withdraw_consent(person_id=first, channel="email", source=Source("office", "person"), now=NOW)
    run(mailing)
    assert is_exact(mailing)

    delivery = Delivery.objects.get(mailing=mailing, person_id=others[0])
    target = Target(others[0], delivery.pk)
    unsubscribe(target=target, scope="email", now=NOW)
    assert is_exact(mailing)
    assert results(mailing).unsubscribed == 1
    subscribe_again(target=target, now=NOW)

    assert is_exact(mailing)
    found = results(mailing)
    assert (found.total, found.accepted, found.unsubscribed, found.skipped, found.refused) == (32, 29, 0, 1, 2)


def test_whoever_leaves_before_her_turn_is_counted_at_once(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    ids = people(25)
    earlier = started(owner)
    run(earlier)
    mailing = started(owner)

    delivery = Delivery.objects.get(mailing=earlier, person_id=ids[20])
    unsubscribe(target=Target(ids[20], delivery.pk), scope="all", now=NOW)

    assert is_exact(earlier)
    assert is_exact(mailing)
    assert (results(earlier).unsubscribed, results(mailing).skipped) == (1, 1)


def test_stopping_counts_those_who_are_left_out(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    people(25)
    mailing = started(owner)

    stop_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)

    assert is_exact(mailing)
    assert results(mailing).skipped == 25


def test_a_late_word_corrects_the_numbers_too(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    people(10)
    mailing = started(owner)
    lease = lease_batch(mailing_id=mailing.pk, now=NOW)
    assert lease is not None
    ids = list(Delivery.objects.filter(mailing=mailing).order_by("pk").values_list("pk", flat=True))
    announce(lease, ids=ids, done_through=0, exceptions={})
    Batch.objects.update(leased_until=NOW - timedelta(days=1))
    recover_expired(mailing_id=mailing.pk, now=NOW)
    assert is_exact(mailing)
    assert results(mailing).unknown == 10

    settle(lease, outcomes={ids[0]: ACCEPTED}, now=NOW, retry_at=NOW)

    assert is_exact(mailing)
    assert (results(mailing).unknown, results(mailing).accepted) == (9, 1)


def test_what_an_older_version_froze_is_counted_all_the_same(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    people(25)
    mailing = started(owner)
    run(mailing)
    Batch.objects.filter(pk=Batch.objects.earliest("pk").pk).update(counts=None)

    assert is_exact(mailing)


def test_a_page_of_messages_is_counted_by_one_query(
    tenant: TenantFacts, owner: User, sink: Sink, django_assert_num_queries: Any
) -> None:
    people(12)
    mailings = [started(owner) for _ in range(3)]
    for mailing in mailings:
        run(mailing)

    with django_assert_num_queries(1):
        found = results_by_mailing([mailing.pk for mailing in mailings])

    assert [found[mailing.pk].accepted for mailing in mailings] == [12, 12, 12]


def test_two_workers_and_those_who_leave_meanwhile_agree_on_the_numbers(live_tenant: TenantFacts, sink: Sink) -> None:
    owner = User.objects.create_user("ada@example.org", "correct horse")
    ids = people(120)
    mailing = send(draft(owner), owner, now=timezone.now()).mailing
    prepare_mailing(mailing_id=mailing.pk, now=timezone.now())
    start_mailing(mailing_id=mailing.pk, now=timezone.now())
    deliveries = dict(Delivery.objects.filter(mailing=mailing).values_list("person_id", "pk"))
    sink.seconds_per_mail = 0.002

    def work() -> None:
        while send_due_batches(mailing_id=mailing.pk, now=timezone.now(), seconds=5):
            pass

    def leave(some: list[int]) -> Callable[[], None]:
        def one_after_the_other() -> None:
            for one in some:
                unsubscribe(target=Target(one, deliveries[one]), scope="email", now=timezone.now())

        return one_after_the_other

    together(live_tenant, work, work, leave(ids[::7]), leave(ids[3::7]))
    work()

    assert is_exact(mailing)
    found = results(mailing)
    assert found.waiting == 0
    assert found.unsubscribed == len(ids[::7]) + len(ids[3::7])


def test_two_who_wait_in_the_batch_through_which_the_other_leaves_both_leave(
    live_tenant: TenantFacts, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = User.objects.create_user("ada@example.org", "correct horse")
    lea, boris, earlier = people(3)
    # The first refusal of all keeps its wording, for which the next one waits: here nobody may wait but for a batch.
    withdraw_consent(person_id=earlier, channel="email", source=Source("unsubscribe", ""), now=NOW)
    first, second = frozen(owner), frozen(owner)
    Delivery.objects.filter(mailing=first, person_id=boris).update(state=DeliveryState.ACCEPTED)
    Delivery.objects.filter(mailing=second, person_id=lea).update(state=DeliveryState.ACCEPTED)
    both = Barrier(2)

    @contextmanager
    def slowly(**asked: Any) -> Iterator[None]:
        with counted(**asked):
            yield
        with suppress(BrokenBarrierError):  # when the other one waits for the lock and cannot come
            both.wait(timeout=1)

    monkeypatch.setattr(services, "counted", slowly)

    def leave(person_id: int, mailing: Mailing) -> Callable[[], None]:
        target = Target(person_id, Delivery.objects.get(mailing=mailing, person_id=person_id).pk)
        return lambda: unsubscribe(target=target, scope="email", now=NOW)

    together(live_tenant, leave(lea, second), leave(boris, first))

    assert is_exact(first)
    assert is_exact(second)
    assert [(results(each).skipped, results(each).unsubscribed) for each in (first, second)] == [(1, 1), (1, 1)]


def together(tenant: TenantFacts, *acts: Callable[[], None]) -> None:
    def run_in_thread(act: Callable[[], None]) -> None:
        try:
            with tenant_context(tenant):
                act()
        finally:
            drop_session()
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(run_in_thread, act) for act in acts]:
            done.result()
