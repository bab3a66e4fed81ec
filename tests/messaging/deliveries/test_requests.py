"""Who may be asked for an agreement, once in her life; and what becomes of occasional contacts who do not answer."""

from datetime import date, timedelta

import pytest

from crm.consent.entries import ConsentGiven, Source
from crm.consent.services import lift_suppression, record_consents, suppress_address, withdraw_consent
from crm.people.erasing import cancel_erasure, erase_person, request_erasure
from crm.people.models import EmailAddress, ErasureRequest, Person, Tag
from crm.people.refreshing import refresh_people
from crm.people.selecting import Selection
from crm.people.services import ContactData, capture, record_activity
from crm.people.tag_keeping import TagInUse, merge_tags, take_over
from messaging.deliveries.channels import Recipient
from messaging.deliveries.engine import send_due_batches
from messaging.deliveries.enums import REQUEST_BASIS, DeliveryState, LegalClass, MailingState, Reason, WhyNot
from messaging.deliveries.models import AskedAddress, Delivery, Mailing
from messaging.deliveries.requests import ALARM, WAIT, ask_once, erase_unanswered, reckon_request
from messaging.deliveries.services import cancel_mailing, finish_mailing, prepare_mailing, start_mailing, stop_mailing
from messaging.email.asking import ask_selection
from messaging.email.services import Order
from tenants.context import public_context
from tenants.models import Alarm
from tenants.users.models import User
from tests.messaging.sink import Sink
from tests.messaging.support import NOW, WORDING, draft, person, profile, send

pytestmark = pytest.mark.usefixtures("tenant")
FILE = Source("import", "import:1")
FORM = Source("form", "form:1", is_proven=True)
LATER = NOW + timedelta(hours=1)


def known(name: str, **more: object) -> int:
    """Somebody of a file that brought no agreement: an occasional contact, if nothing else is told."""
    contact = ContactData(email=f"{name}@example.org", first_name=name.title(), **more)  # type: ignore[arg-type]
    return capture(contact=contact, kind="imported", source=FILE, consents=[], now=NOW).person_id


def reckoned() -> tuple[int, dict[WhyNot, int], int]:
    told = reckon_request(Selection(), now=NOW)
    return told.total, {each.reason: each.count for each in told.minus}, told.asked


def asked(owner: User, selection: Selection | None = None) -> Mailing:
    profile()
    order = Order(version=1, typed="", actor_id=owner.pk)
    return ask_selection(selection=selection or Selection(), order=order, actor=owner, now=NOW).mailing


def run(mailing: Mailing) -> None:
    prepare_mailing(mailing_id=mailing.pk, now=NOW)
    start_mailing(mailing_id=mailing.pk, now=LATER)
    send_due_batches(mailing_id=mailing.pk, now=LATER, seconds=30)
    finish_mailing(mailing_id=mailing.pk, now=LATER)
    mailing.refresh_from_db()


def test_the_reasons_add_up_and_leave_those_whom_the_law_lets_one_ask() -> None:
    known("occasional")
    known("regular", relationship="regular")
    person("agreed")
    withdraw_consent(person_id=known("refused"), channel="email", source=FORM, now=NOW)
    known("roll", relationship="roll")
    known("rented", relationship="rented")
    known("child", birth_date=date(2012, 1, 1))
    capture(contact=ContactData(first_name="Nemo", last_name="Sans"), kind="imported", source=FILE, now=NOW)
    known("alone")
    suppress_address(channel="email", address="alone@example.org", reason="asked", now=NOW)
    gone = known("gone")
    EmailAddress.objects.filter(person=gone).update(status="bad")
    refresh_people([gone])
    other = known("other")
    no = ConsentGiven("petition", "email", granted=False, basis="consent", wording="")
    record_consents(person_id=other, consents=[no], source=FORM, now=NOW)

    total, minus, left = reckoned()

    assert total == 11
    assert left == 2
    assert minus == {
        WhyNot.AGREED: 1,
        WhyNot.REFUSED: 2,
        WhyNot.LEFT_ALONE: 1,
        WhyNot.NO_ADDRESS: 2,
        WhyNot.FOREIGN: 2,
        WhyNot.MINOR: 1,
    }


def test_who_is_fifteen_today_may_be_asked() -> None:
    known("today", birth_date=date(2011, 11, 22))
    known("tomorrow", birth_date=date(2011, 11, 23))
    assert reckoned() == (2, {WhyNot.MINOR: 1}, 1)


def test_the_question_goes_to_those_of_the_selection_with_its_basis(owner: User, sink: Sink) -> None:
    one, _other = known("un"), known("deux")
    person("agreed")
    mailing = asked(owner, Selection(ids=(one, Person.objects.get(email="agreed@example.org").pk)))
    run(mailing)

    delivery = Delivery.objects.get()
    assert (mailing.state, mailing.legal_class, mailing.people_count) == (MailingState.FINISHED, LegalClass.REQUEST, 1)
    assert (delivery.person_id, delivery.state, delivery.basis) == (one, DeliveryState.ACCEPTED, REQUEST_BASIS)
    assert delivery.consent_id is None
    assert delivery.basis_label != REQUEST_BASIS
    assert sink.addresses == ["un@example.org"]


def test_nobody_is_asked_twice_not_even_after_erasure_and_a_new_file(owner: User, sink: Sink) -> None:
    pk = known("un")
    run(asked(owner))
    assert reckoned() == (1, {WhyNot.ASKED: 1}, 0)

    erase_person(person_id=pk, now=NOW)
    lift_suppression(channel="email", address="un@example.org")
    known("un")

    assert reckoned() == (1, {WhyNot.ASKED: 1}, 0)
    assert b"un@example.org" not in bytes(AskedAddress.objects.get().address_hash)


def test_of_two_mailings_that_hold_her_one_asks_her(owner: User, sink: Sink) -> None:
    pk = known("un")
    first, second = asked(owner), asked(owner, Selection(ids=(pk,)))
    prepare_mailing(mailing_id=second.pk, now=NOW)
    run(first)
    run(second)

    assert sink.addresses == ["un@example.org"]
    left = Delivery.objects.get(mailing=second)
    assert (left.state, left.reason) == (DeliveryState.SKIPPED, Reason.ASKED_BEFORE)
    assert second.state == MailingState.FINISHED


@pytest.mark.parametrize("end", ["cancel", "stop"])
def test_a_mailing_that_never_left_asked_nobody(owner: User, sink: Sink, end: str) -> None:
    known("un")
    mailing = asked(owner)
    prepare_mailing(mailing_id=mailing.pk, now=NOW)
    if end == "cancel":
        cancel_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)
    else:
        start_mailing(mailing_id=mailing.pk, now=LATER)
        stop_mailing(mailing=mailing, actor_id=owner.pk, now=LATER)

    assert not AskedAddress.objects.exists()
    assert reckoned() == (1, {}, 1)


def test_the_same_mailing_may_try_again(owner: User) -> None:
    recipient = Recipient(7, 1, "un@example.org", "", "", "", "", REQUEST_BASIS, None, "")
    assert ask_once([recipient], mailing_id=1, now=NOW) == {7}
    assert ask_once([recipient], mailing_id=1, now=LATER) == {7}
    assert ask_once([recipient], mailing_id=2, now=LATER) == set()


def test_who_answers_or_refuses_before_it_leaves_is_left_out(owner: User, sink: Sink) -> None:
    for name in ("oui", "non", "efface", "reste"):
        known(name)
    mailing = asked(owner)
    prepare_mailing(mailing_id=mailing.pk, now=NOW)
    yes = ConsentGiven("news", "email", granted=True, basis="consent", wording=WORDING)
    ids = dict(Person.objects.values_list("email", "pk"))
    record_consents(person_id=ids["oui@example.org"], consents=[yes], source=FORM, now=NOW)
    withdraw_consent(person_id=ids["non@example.org"], channel="email", source=FORM, now=NOW)
    request_erasure(person=Person.objects.get(pk=ids["efface@example.org"]), source=FORM, now=NOW)
    run(mailing)

    assert sink.addresses == ["reste@example.org"]
    skipped = Delivery.objects.filter(state=DeliveryState.SKIPPED)
    assert dict(skipped.values_list("person__email", "reason")) == {
        "oui@example.org": Reason.AGREED,
        "non@example.org": Reason.UNSUBSCRIBED,
        "efface@example.org": Reason.NO_ADDRESS,
    }


def test_occasional_contacts_who_do_not_answer_are_put_up_for_erasure(owner: User, sink: Sink) -> None:
    silent, regular = known("silent"), known("regular", relationship="regular")
    moved, refused = known("moved"), known("refused")
    mailing = asked(owner)
    run(mailing)
    after = NOW + timedelta(days=3)
    record_activity(person_id=moved, kind="signed_up", source=FORM, payload={}, now=after)
    withdraw_consent(person_id=refused, channel="email", source=FORM, now=after)
    Delivery.objects.update(settled_at=LATER)

    assert erase_unanswered(mailing_id=mailing.pk, now=LATER + WAIT - timedelta(minutes=1)) == 0
    assert erase_unanswered(mailing_id=mailing.pk, now=LATER + WAIT) == 1

    asked_for = ErasureRequest.objects.get()
    assert (asked_for.person_id, asked_for.source_reference) == (silent, f"request:{mailing.pk}")
    assert Person.objects.get(pk=silent).erase_requested_at == LATER + WAIT
    assert Person.objects.get(pk=regular).erase_requested_at is None


def test_whom_the_team_spared_is_not_put_up_again(owner: User, sink: Sink) -> None:
    pk = known("silent")
    mailing = asked(owner)
    run(mailing)
    Delivery.objects.update(settled_at=LATER)
    assert erase_unanswered(mailing_id=mailing.pk, now=LATER + WAIT) == 1
    cancel_erasure(person=Person.objects.get(pk=pk), source=FORM, now=LATER + WAIT)

    assert erase_unanswered(mailing_id=mailing.pk, now=LATER + WAIT + timedelta(days=1)) == 0
    assert Person.objects.get(pk=pk).erase_requested_at is None


def test_the_start_sets_the_alarm(owner: User, sink: Sink) -> None:
    known("un")
    mailing = asked(owner)
    run(mailing)
    with public_context():
        alarm = Alarm.objects.get(kind=ALARM)
    assert (alarm.key, alarm.due_at) == (str(mailing.pk), LATER + WAIT)


def test_silence_after_any_other_message_erases_nobody(owner: User, sink: Sink) -> None:
    person("agreed")
    mailing = send(draft(owner), owner).mailing
    run(mailing)
    told = {"state": DeliveryState.ACCEPTED, "basis": "contract", "settled_at": LATER}
    Delivery.objects.create(mailing=mailing, person_id=known("occasional"), **told)

    assert erase_unanswered(mailing_id=mailing.pk, now=LATER + 2 * WAIT) == 0
    with public_context():
        assert not Alarm.objects.filter(kind=ALARM).exists()


def test_a_tag_that_chose_them_is_waited_for_or_followed_while_the_list_is_written(owner: User) -> None:
    known("un", tags=("vélo",))
    gone, keep = Tag.objects.get(), Tag.objects.create(name="cycliste")
    mailing = asked(owner, Selection(query=f"tag={gone.pk}"))
    with pytest.raises(TagInUse):
        merge_tags(keep=keep, merged=gone, source=FORM, now=NOW)
    take_over(tag_id=gone.pk, keep_id=keep.pk, source=FORM, now=NOW)  # it had begun when the request was sent off

    assert prepare_mailing(mailing_id=mailing.pk, now=NOW)
    assert Delivery.objects.count() == 1
