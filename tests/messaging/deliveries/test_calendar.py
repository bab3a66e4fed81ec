"""Nothing leaves on the eve and the day of a vote, nor in quiet hours: held, told and sent afterwards, never dropped."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from messaging.deliveries import audience, engine, services
from messaging.deliveries.calendar import Poll, SendingCalendar, sending_calendar
from messaging.deliveries.calendar import holds_of as real_holds_of
from messaging.deliveries.counts import counts_of
from messaging.deliveries.engine import send_due_batches
from messaging.deliveries.enums import DeliveryState, MailingState, Reason
from messaging.deliveries.leases import ATTEMPTS, lease_batch
from messaging.deliveries.models import Batch, Delivery, QuietHours, Vote
from messaging.deliveries.queries import goes_on_at, next_look, results
from messaging.email.services import readiness
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.messaging.deliveries.test_engine import SlowCarrier, run, started
from tests.messaging.sink import Sink
from tests.messaging.support import NOW, draft, person, profile, recounted, states_of

ROUND_ONE = Poll("First round", date(2027, 4, 18), overseas_day_before=True)
ROUND_TWO = Poll("Second round", date(2027, 5, 2), overseas_day_before=True)
PAGE = "/bureau/reglages/votes/"


@pytest.mark.parametrize(
    ("departement", "first", "second"),
    [
        ("", "04-16T22:00", "04-30T22:00"),
        ("13", "04-16T22:00", "04-30T22:00"),
        ("2A", "04-16T22:00", "04-30T22:00"),
        ("974", "04-16T20:00", "04-30T20:00"),
        ("976", "04-16T21:00", "04-30T21:00"),
        ("988", "04-16T13:00", "04-30T13:00"),
        ("986", "04-16T12:00", "04-30T12:00"),
        ("971", "04-16T04:00", "04-30T04:00"),
        ("973", "04-16T03:00", "04-30T03:00"),
        ("975", "04-16T02:00", "04-30T02:00"),
        ("987", "04-16T10:00", "04-30T10:00"),
    ],
)
def test_the_silence_begins_at_midnight_of_the_eve_where_she_lives(departement: str, first: str, second: str) -> None:
    """The tables of the presidential election of 2027, in UTC."""
    starts = [poll.silence(departement)[0].astimezone(UTC) for poll in (ROUND_ONE, ROUND_TWO)]

    assert [f"{at:%m-%dT%H:%M}" for at in starts] == [first, second]


@pytest.mark.parametrize("departement", ["", "971", "974", "988"])
def test_it_ends_when_the_last_polls_close_in_paris(departement: str) -> None:
    assert ROUND_ONE.silence(departement)[1] == datetime(2027, 4, 18, 18, 0, tzinfo=UTC)


def test_where_polls_close_later_than_in_paris_it_lasts_until_then() -> None:
    assert Poll("", date(2024, 6, 30)).silence("987")[1] == datetime(2024, 7, 1, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-22T20:59", None),
        ("2026-11-22T21:00", "2026-11-23T07:00"),
        ("2026-11-23T06:59", "2026-11-23T07:00"),
        ("2026-11-23T07:00", None),
    ],
)
def test_quiet_hours_go_over_midnight(now: str, until: str | None) -> None:
    calendar = SendingCalendar((), time(22), time(8))

    hold = calendar.hold("13", now=datetime.fromisoformat(now).replace(tzinfo=UTC))

    assert (hold and hold.until.astimezone(UTC)) == (until and datetime.fromisoformat(until).replace(tzinfo=UTC))


def test_quiet_hours_are_those_of_her_clock() -> None:
    calendar = SendingCalendar((), time(22), time(8))

    assert calendar.hold("13", now=datetime(2026, 11, 22, 19, 0, tzinfo=UTC)) is None
    assert calendar.hold("974", now=datetime(2026, 11, 22, 19, 0, tzinfo=UTC)) is not None


def test_after_the_silence_the_quiet_hours_are_waited_for_too() -> None:
    calendar = SendingCalendar((ROUND_ONE,), time(19), time(9))

    hold = calendar.hold("13", now=datetime(2027, 4, 17, 10, 0, tzinfo=UTC))

    assert hold is not None
    assert (hold.reason, hold.until) == (Reason.SILENCE, datetime(2027, 4, 19, 7, 0, tzinfo=UTC))


def test_the_election_day_of_the_profile_is_a_vote(tenant: TenantFacts) -> None:
    profile(election_on=date(2027, 4, 18), election_label="Présidentielle")

    assert sending_calendar(now=NOW).polls == (Poll("Présidentielle", date(2027, 4, 18)),)


def test_a_message_waits_for_the_end_of_the_silence_and_then_leaves(
    tenant: TenantFacts, owner: User, sink: Sink
) -> None:
    for name in ("ada", "boris"):
        person(name)
    services.add_vote(name="Vote", day=NOW.date(), overseas_day_before=False, now=NOW)
    mailing = started(owner)

    run(mailing)

    end = Poll("", NOW.date()).silence("")[1]
    assert sink.addresses == []
    assert mailing.state == MailingState.SENDING
    assert set(Delivery.objects.values_list("state", "reason")) == {(DeliveryState.HELD, Reason.SILENCE)}
    assert set(counts_of([mailing.pk])) == recounted(mailing)
    assert [(each.reason, each.count) for each in results(mailing).waiting_for_the_hour] == [(Reason.SILENCE, 2)]
    assert goes_on_at(mailing, now=NOW) == end
    assert next_look(mailing.pk, now=NOW).again_at == end

    run(mailing, now=end)
    assert sorted(sink.addresses) == ["ada@example.org", "boris@example.org"]
    assert mailing.state == MailingState.FINISHED


def test_who_votes_a_day_earlier_is_held_and_the_others_are_written_to(
    tenant: TenantFacts, owner: User, sink: Sink
) -> None:
    person("avant")
    person("pointe-a-pitre", postcode="97110", city="Pointe-à-Pitre")
    person("brest", postcode="29200", city="Brest")
    services.add_vote(name="Vote", day=NOW.date() + timedelta(days=2), overseas_day_before=True, now=NOW)
    mailing = started(owner)

    run(mailing)

    assert sorted(sink.addresses) == ["avant@example.org", "brest@example.org"]
    assert states_of(mailing) == {DeliveryState.ACCEPTED: 2, DeliveryState.HELD: 1}


def silence_overseas() -> datetime:
    """In Guadeloupe only; until when."""
    day = NOW.date() + timedelta(days=2)
    services.add_vote(name="Vote", day=day, overseas_day_before=True, now=NOW)
    return Poll("", day, overseas_day_before=True).silence("971")[1]


@pytest.mark.parametrize("others", ["greylisted", "server away"])
def test_whoever_lives_in_no_silence_does_not_wait_for_its_end(
    tenant: TenantFacts, owner: User, sink: Sink, settings: Any, others: str
) -> None:
    person("pointe-a-pitre", postcode="97110", city="Pointe-à-Pitre")
    person("late-a")
    silence_overseas()
    mailing = started(owner)
    if others == "server away":
        settings.SMTP_URL = "smtp://127.0.0.1:9"

    run(mailing)

    assert Batch.objects.get().not_before < NOW + timedelta(minutes=2)


def test_a_pause_in_the_middle_does_not_make_the_others_wait_for_the_end_of_a_silence(
    tenant: TenantFacts, owner: User, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WINDOW", 1)
    person("pointe-a-pitre", postcode="97110", city="Pointe-à-Pitre")
    for name in ("ada", "boris"):
        person(name)
    end = silence_overseas()
    mailing = started(owner)
    lease = lease_batch(mailing_id=mailing.pk, now=NOW)
    assert lease is not None
    carrier = SlowCarrier(lambda: services.pause_mailing(mailing=mailing, actor_id=owner.pk, now=NOW))
    engine.send_batch(lease, mailing=mailing, carrier=carrier, now=NOW)
    assert carrier.written_to == ["ada@example.org"]

    services.resume_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)
    run(mailing)

    assert sink.addresses == ["boris@example.org"]
    assert goes_on_at(mailing, now=NOW) == end


def test_the_hour_that_is_told_is_that_of_those_who_wait_for_it(
    tenant: TenantFacts, owner: User, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "BATCH_SIZE", 1)
    person("late-a")
    person("pointe-a-pitre", postcode="97110", city="Pointe-à-Pitre")
    end = silence_overseas()
    mailing = started(owner)

    run(mailing)

    assert Batch.objects.filter(not_before__lt=end).count() == 1
    assert goes_on_at(mailing, now=NOW) == end


def test_the_hour_that_is_told_has_not_gone_by(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    person("ada")
    vote = services.add_vote(name="Vote", day=NOW.date(), overseas_day_before=False, now=NOW)
    mailing = started(owner)
    run(mailing)
    Batch.objects.update(not_before=NOW - timedelta(minutes=1))  # about to be asked for again

    assert goes_on_at(mailing, now=NOW) == Poll("", NOW.date()).silence("")[1]
    services.remove_vote(vote_id=vote.pk, now=NOW)
    assert goes_on_at(mailing, now=NOW) == NOW


def test_waiting_for_the_hour_is_no_attempt(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    person("ada")
    services.add_vote(name="Vote", day=NOW.date(), overseas_day_before=False, now=NOW)
    mailing = started(owner)
    for _ in range(ATTEMPTS + 1):
        Batch.objects.update(not_before=NOW)
        send_due_batches(mailing_id=mailing.pk, now=NOW, seconds=5)

    assert Delivery.objects.get().attempts == 0
    assert states_of(mailing) == {DeliveryState.HELD: 1}


def test_a_silence_that_begins_while_a_slow_batch_leaves_holds_the_rest(
    tenant: TenantFacts, owner: User, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        person(f"p{number}")
    mailing = started(owner)
    monkeypatch.setattr(engine, "WINDOW", 2)
    monkeypatch.setattr(engine, "ASKED_AGAIN", 0.0)
    asked: list[int] = []

    def holds_of(recipients: Any, *, now: datetime) -> Any:
        asked.append(len(recipients))
        if len(asked) == 3:
            services.add_vote(name="Vote", day=NOW.date(), overseas_day_before=False, now=NOW)
        return real_holds_of(recipients, now=now)

    monkeypatch.setattr("messaging.deliveries.engine.holds_of", holds_of)
    run(mailing)

    assert len(sink.addresses) == 2
    assert states_of(mailing) == {DeliveryState.ACCEPTED: 2, DeliveryState.HELD: 4}


def test_stopping_leaves_out_those_who_wait(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    person("ada")
    services.add_vote(name="Vote", day=NOW.date(), overseas_day_before=False, now=NOW)
    mailing = started(owner)
    run(mailing)

    services.stop_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)

    assert states_of(mailing) == {DeliveryState.SKIPPED: 1}


def test_a_vote_that_is_taken_back_lets_those_who_wait_go_on(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    person("ada")
    vote = services.add_vote(name="Vote", day=NOW.date(), overseas_day_before=False, now=NOW)
    mailing = started(owner)
    run(mailing)

    services.remove_vote(vote_id=vote.pk, now=NOW)
    assert next_look(mailing.pk, now=NOW).work_is_due
    run(mailing)

    assert sink.addresses == ["ada@example.org"]
    assert mailing.state == MailingState.FINISHED


def test_a_vote_taken_back_during_a_pause_holds_nobody_afterwards(tenant: TenantFacts, owner: User, sink: Sink) -> None:
    person("ada")
    vote = services.add_vote(name="Vote", day=NOW.date(), overseas_day_before=False, now=NOW)
    mailing = started(owner)
    run(mailing)
    services.pause_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)

    services.remove_vote(vote_id=vote.pk, now=NOW)
    services.resume_mailing(mailing=mailing, actor_id=owner.pk, now=NOW)
    run(mailing)

    assert sink.addresses == ["ada@example.org"]


def test_an_election_day_that_is_corrected_lets_those_who_wait_go_on(
    tenant: TenantFacts, owner: User, office: Client, sink: Sink
) -> None:
    person("ada")
    profile(election_on=NOW.date())
    mailing = started(owner)
    run(mailing)
    assert states_of(mailing) == {DeliveryState.HELD: 1}

    before = timezone.now()
    words = {"display_name": "Maud Kervella 2027", "election_on": (before + timedelta(days=90)).date().isoformat()}
    assert office.post("/bureau/reglages/identite/", words).status_code == 302

    assert before <= Batch.objects.get().not_before <= timezone.now()
    run(mailing, now=timezone.now())
    assert sink.addresses == ["ada@example.org"]


def test_the_team_is_told_before_it_sends(tenant: TenantFacts, owner: User) -> None:
    services.add_vote(name="Présidentielle", day=NOW.date() + timedelta(days=3), overseas_day_before=False, now=NOW)

    _kind, checks = readiness(draft(owner), now=NOW)

    told = [check.text for check in checks if "Présidentielle" in check.text]
    assert len(told) == 1
    assert "L49" in told[0]
    assert {check.state for check in checks if check.text in told} == {"advice"}


def test_the_page_of_a_message_on_its_way_says_why_it_waits(
    tenant: TenantFacts, owner: User, office: Client, sink: Sink
) -> None:
    person("ada")
    services.add_vote(name="Vote", day=NOW.date(), overseas_day_before=False, now=NOW)
    mailing = started(owner)
    run(mailing)

    page = office.get(f"/bureau/messages/{mailing.dispatch.message_id}/envoi/").content.decode()

    assert "Silence électoral (art. L49)" in page
    assert "Arrêter pour de bon\xa0: 1 personne ne le recevra pas" in page
    assert "<dt>Attendent leur heure</dt><dd>− 1</dd>" in page


@pytest.mark.parametrize("second", ["pointe-a-pitre", "brest"])
def test_while_all_who_are_left_wait_nothing_is_said_to_leave(
    tenant: TenantFacts, owner: User, office: Client, sink: Sink, second: str
) -> None:
    places = {"brest": "29200", "pointe-a-pitre": "97110"}
    person("les-abymes", postcode="97139", city="Les Abymes")
    person(second, postcode=places[second])
    silence_overseas()
    mailing = started(owner)
    profile(measures_messages=True)
    pages = [f"/bureau/messages/{mailing.dispatch.message_id}/envoi/", "/bureau/messages/"]
    before = [office.get(page).content.decode() for page in pages]
    run(mailing)
    after = [office.get(page).content.decode() for page in pages]

    assert [("en cours d’envoi" in page, "attend son heure" in page) for page in before] == [(True, False)] * 2
    assert [("en cours d’envoi" in page, "attend son heure" in page) for page in after] == [(False, True)] * 2
    # Where nobody has received it yet, nothing can be said of whether they agreed to be measured.
    assert ("Ouvertures et clics" in after[0]) is (second == "brest")


def test_the_settings_page_keeps_votes_and_hours(office: Client, tenant: TenantFacts) -> None:
    day = date.today() + timedelta(days=90)  # noqa: DTZ011 -- far enough
    office.post(PAGE, {"name": "Premier tour", "day": day.isoformat(), "overseas_day_before": "on"})
    office.post(PAGE, {"name": "Municipales", "day": day.isoformat()})
    vote = Vote.objects.get()
    assert (vote.name, vote.overseas_day_before) == ("Municipales", False)
    assert "Municipales" in office.get(PAGE).content.decode()

    office.post(f"{PAGE}{vote.pk}/suppression/")
    assert not Vote.objects.exists()

    assert office.post(f"{PAGE}heures/", {"starts_at": "22:00", "ends_at": ""}).status_code == 422
    office.post(f"{PAGE}heures/", {"starts_at": "22:00", "ends_at": "08:00"})
    assert QuietHours.objects.get().starts_at == time(22)
    office.post(f"{PAGE}heures/", {"starts_at": "", "ends_at": ""})
    assert not QuietHours.objects.exists()


def test_the_table_of_votes_shares_its_width_with_nothing(office: Client, tenant: TenantFacts) -> None:
    office.post(PAGE, {"name": "Premier tour", "day": (date.today() + timedelta(days=90)).isoformat()})  # noqa: DTZ011 -- far enough
    before, beside = office.get(PAGE).content.decode().split('<div class="deux">')

    assert "Premier tour" in before
    assert "<table" not in beside


@pytest.mark.parametrize("role", ["communications", "reader"])
def test_whoever_may_not_change_the_settings_sees_nothing(office_as: Callable[[str], Client], role: str) -> None:
    client = office_as(role)

    answers = [client.get(PAGE), *(client.post(f"{PAGE}{path}") for path in ("", "1/suppression/", "heures/"))]

    assert {answer.status_code for answer in answers} == {403}
