"""A list that is being written down: taken back meanwhile, and begun by two workers."""

from threading import Event

import pytest
from django.utils import timezone

from crm.consent.services import Source
from crm.people.models import Person, Tag
from crm.people.tag_keeping import TagInUse, merge_tags, take_over
from messaging.deliveries import services
from messaging.deliveries.audience import freeze_audience
from messaging.deliveries.enums import LegalClass, MailingState
from messaging.deliveries.models import Batch, Delivery, Mailing
from messaging.deliveries.services import cancel_mailing, prepare_mailing
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.messaging.deliveries.test_counts import together
from tests.messaging.sink import Sink
from tests.messaging.support import draft, people, send

PATIENCE = 20  # seconds


@pytest.fixture
def mailing(live_tenant: TenantFacts, sink: Sink) -> Mailing:
    owner = User.objects.create_user("ada@example.org", "correct horse")
    people(3)
    return send(draft(owner), owner, now=timezone.now()).mailing


def test_taking_back_does_not_wait_until_the_list_is_frozen(
    live_tenant: TenantFacts, mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, taken_back = Event(), Event()
    told: list[bool] = []

    def slowly(mailing: Mailing) -> int:
        count = freeze_audience(mailing)
        written.set()
        told.append(taken_back.wait(PATIENCE))
        return count

    def take_back() -> None:
        written.wait(PATIENCE)
        cancel_mailing(mailing=mailing, actor_id=1, now=timezone.now())
        taken_back.set()

    monkeypatch.setattr(services, "freeze_audience", slowly)
    together(
        live_tenant,
        lambda: told.append(prepare_mailing(mailing_id=mailing.pk, now=timezone.now())),
        take_back,
    )

    assert told == [True, False]
    assert Mailing.objects.get().state == MailingState.CANCELLED
    assert not Delivery.objects.exists()
    assert not Batch.objects.exists()


def test_two_workers_at_the_same_list_write_it_once(live_tenant: TenantFacts, mailing: Mailing) -> None:
    told: list[bool] = []

    def prepare() -> None:
        told.append(prepare_mailing(mailing_id=mailing.pk, now=timezone.now()))

    together(live_tenant, prepare, prepare)

    assert sorted(told) == [False, True]
    assert Delivery.objects.count() == 3


def test_what_became_a_selection_before_the_list_is_frozen_asks_what_a_selection_does(
    live_tenant: TenantFacts, mailing: Mailing
) -> None:
    tag = Tag.objects.create(name="bénévole")
    Person.objects.update(tag_ids=[tag.pk])
    Mailing.objects.update(criteria={"all": [{"tags": {"any": [tag.pk]}}]}, legal_class=LegalClass.WHOLE)

    assert prepare_mailing(mailing_id=mailing.pk, now=timezone.now())
    assert not Delivery.objects.exists()  # nobody agreed to be chosen


def test_a_tag_that_is_merged_before_the_list_is_frozen_is_waited_for_or_followed(
    live_tenant: TenantFacts, mailing: Mailing
) -> None:
    keep, gone = Tag.objects.create(name="bénévole"), Tag.objects.create(name="volontaire")
    Person.objects.update(tag_ids=[gone.pk])
    Mailing.objects.update(criteria={"all": [{"tags": {"any": [gone.pk]}}]}, legal_class=LegalClass.PRACTICAL)
    source, now = Source("office", "tags", 1), timezone.now()

    with pytest.raises(TagInUse):
        merge_tags(keep=keep, merged=gone, source=source, now=now)
    take_over(tag_id=gone.pk, keep_id=keep.pk, source=source, now=now)  # it had begun when the message was sent off

    assert prepare_mailing(mailing_id=mailing.pk, now=now)
    assert Delivery.objects.count() == 3
