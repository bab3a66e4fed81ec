"""Pictures loaded and links followed: counted once for a person and a message, by machines apart, and not at all without consent."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.consent.services import withdraw_consent
from crm.people.activities import ActivityEvent, _handlers, on_activity
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import Activity, Person
from crm.people.parting import part_people
from crm.people.timeline import timeline
from messaging.deliveries.models import Mailing
from messaging.email.tokens import UNSUBSCRIBE
from messaging.email.urls_of_mail import unsubscribe_path
from messaging.measuring import views
from messaging.measuring.forgetting import KEPT, forget_unwanted
from messaging.measuring.models import Click, Link, Reading
from messaging.measuring.queries import readership
from shared.ratelimit import Limit
from tenants.archive.readable import readables
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.messaging.measuring.support import (
    HER_WORD,
    READER,
    links,
    mail_to,
    measured_person,
    part,
    pictures,
    sent,
    switch,
)
from tests.messaging.sink import Sink
from tests.messaging.support import token_of

APPLE = "Mozilla/5.0"
GMAIL_READER = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
GMAIL_MACHINE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
SCANNER = "Mozilla/5.0 (compatible; BarracudaLinkScanner/1.0)"
TARGET = "https://maud.example/jeudi"


@pytest.fixture
def mailing(tenant: TenantFacts, owner: User, sink: Sink) -> Mailing:
    """To Léa and Noé, who agreed; it left an hour ago."""
    switch(on=True)
    measured_person("lea")
    measured_person("noe")
    mailing = sent(owner, sink)
    Reading.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    return mailing


@pytest.fixture
def picture(mailing: Mailing, sink: Sink) -> str:
    [found] = pictures(part(mail_to(sink, "lea"), "html"))
    return found


@pytest.fixture
def link(mailing: Mailing, sink: Sink) -> str:
    [found] = links(part(mail_to(sink, "lea"), "html"))
    return found


def lea() -> Person:
    return Person.objects.get(first_name="Lea")


def reading() -> Reading:
    return Reading.objects.get(person__first_name="Lea")


def kinds() -> list[str]:
    return list(Activity.objects.filter(kind__in=["message_opened", "message_clicked"]).values_list("kind", flat=True))


def opened(site: Client, address: str, program: str = READER, **headers: str) -> Any:
    return site.get(address, headers={"User-Agent": program, **headers})


def traces() -> tuple[Any, ...]:
    """Everything that a hit could leave behind."""
    return (
        list(Reading.objects.order_by("pk").values()),
        list(Click.objects.values()),
        kinds(),
        list(Person.objects.order_by("pk").values_list("last_activity_at", flat=True)),
    )


def test_an_opening_is_counted_and_told_once(site: Client, picture: str, tenant: TenantFacts) -> None:
    before = lea().last_activity_at
    answers = [opened(site, picture) for _time in range(3)]

    assert [(answer.status_code, answer["Content-Type"]) for answer in answers] == [(200, "image/gif")] * 3
    assert "no-store" in answers[0]["Cache-Control"]
    assert not answers[0].cookies
    assert (reading().openings, reading().clicks, reading().machine_hits) == (3, 0, 0)
    assert kinds() == ["message_opened"]
    event = next(event for event in timeline(lea()).events if event.title == "A ouvert un message")
    assert event.text == "Brest, on se retrouve jeudi"
    assert lea().last_activity_at == before  # a machine may have opened it


def test_a_click_leads_where_the_message_said_and_counts_as_an_opening(site: Client, link: str, picture: str) -> None:
    for _time in range(2):
        answer = opened(site, link)
        assert (answer.status_code, answer["Location"]) == (302, TARGET)
        assert answer["Referrer-Policy"] == "no-referrer"
    opened(site, picture)

    assert (reading().clicks, reading().openings) == (2, 1)
    assert reading().opened_at == reading().clicked_at
    assert list(Click.objects.values_list("times", flat=True)) == [2]
    assert kinds() == ["message_clicked"]
    last = lea().last_activity_at
    assert last is not None
    assert timezone.now() - last < timedelta(minutes=1)


def test_the_listeners_of_the_stream_hear_of_the_first_time(
    site: Client, link: str, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    heard: list[ActivityEvent] = []
    on_activity("message_clicked", heard.append)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            opened(site, link)
            opened(site, link)
    finally:
        _handlers["message_clicked"].remove(heard.append)
    assert [(event.person_id, event.payload["title"]) for event in heard] == [(lea().pk, "Brest, on se retrouve jeudi")]


@pytest.mark.parametrize("program", [APPLE, GMAIL_MACHINE, SCANNER, "", "curl/8.5.0"])
def test_machines_are_counted_apart(site: Client, picture: str, link: str, program: str) -> None:
    assert opened(site, picture, program).status_code == 200
    assert opened(site, link, program)["Location"] == TARGET

    assert (reading().machine_hits, reading().opened_at, reading().clicked_at) == (2, None, None)
    assert kinds() == []
    assert not Click.objects.exists()


def test_gmail_fetches_in_its_readers_place_and_that_counts(site: Client, picture: str) -> None:
    opened(site, picture, GMAIL_READER)
    assert reading().openings == 1


def test_a_look_ahead_is_no_opening(site: Client, picture: str, link: str) -> None:
    site.head(link, headers={"User-Agent": READER})
    opened(site, picture, **{"Sec-Purpose": "prefetch"})
    Reading.objects.update(sent_at=timezone.now() + timedelta(minutes=1))  # the receiving server looks at what comes in
    opened(site, link)
    assert (reading().machine_hits, reading().opened_at, reading().clicks) == (3, None, 0)


def test_after_her_withdrawal_what_she_has_already_tells_nothing(
    site: Client, mailing: Mailing, picture: str, link: str
) -> None:
    opened(site, picture)
    opened(site, link)
    withdraw_consent(person_id=lea().pk, channel="email", purpose="tracking", source=HER_WORD, now=timezone.now())
    before = traces()

    answer = opened(site, picture)
    assert (answer.status_code, answer.content) == (204, b"")
    assert opened(site, link)["Location"] == TARGET
    assert opened(site, picture, APPLE).status_code == 204
    assert traces() == before


def test_one_click_stops_it_forgets_what_was_measured_and_keeps_her_on_the_list(
    site: Client, mailing: Mailing, picture: str, link: str
) -> None:
    opened(site, picture)
    opened(site, link)
    token = token_of(reading().delivery, UNSUBSCRIBE)
    site.post(unsubscribe_path(token), {"scope": "measuring"})

    assert not Reading.objects.filter(person=lea()).exists()
    assert not Click.objects.exists()
    assert opened(site, picture).status_code == 204
    assert opened(site, link)["Location"] == TARGET
    assert lea().can_email


def test_leaving_the_list_ends_the_measuring_too(site: Client, picture: str) -> None:
    token = token_of(reading().delivery, UNSUBSCRIBE)
    site.post(unsubscribe_path(token), {"List-Unsubscribe": "One-Click"})

    assert not Reading.objects.filter(person=lea()).exists()
    assert opened(site, picture).status_code == 204


def test_while_the_campaign_has_switched_it_off_nothing_is_recorded(site: Client, picture: str, link: str) -> None:
    switch(on=False)
    before = traces()
    assert opened(site, picture).status_code == 204
    assert opened(site, link)["Location"] == TARGET
    assert traces() == before


def test_a_forged_address_opens_nothing_and_leads_nowhere(site: Client, picture: str, link: str) -> None:
    before = traces()
    assert opened(site, picture.replace(".gif", "x.gif")).status_code == 404
    assert opened(site, "/courrier/i/1.AAAAAAAAAAAAAAAA.gif").status_code == 404
    answer = opened(site, f"{link[:-2]}/?url=https://evil.example/")
    assert answer.status_code == 404
    assert "evil.example" not in answer.content.decode()
    assert traces() == before


def test_only_reading_methods_are_answered(site: Client, picture: str, link: str) -> None:
    assert site.post(picture).status_code == 405
    assert site.post(link).status_code == 405
    assert kinds() == []


def test_somebody_who_reloads_all_day_is_counted_for_a_while_only(
    site: Client, link: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RATE_LIMIT_FACTOR = 1
    monkeypatch.setattr(views, "HITS", Limit("measuring-test", times=2, seconds=60))
    answers = [opened(site, link) for _time in range(4)]

    assert [answer["Location"] for answer in answers] == [TARGET] * 4
    assert reading().clicks == 2


def test_an_erased_person_leaves_no_reading_and_her_links_still_lead(site: Client, picture: str, link: str) -> None:
    opened(site, link)
    erase_person(person_id=lea().pk, now=timezone.now())

    assert Reading.objects.count() == 1  # Noé's
    assert not Click.objects.exists()
    assert opened(site, picture).status_code == 204
    assert opened(site, link)["Location"] == TARGET


def test_what_was_measured_follows_a_merge_and_comes_back(
    site: Client, owner: User, mailing: Mailing, sink: Sink, picture: str
) -> None:
    opened(site, picture)
    keep = Person.objects.get(pk=measured_person("zoe"))
    once = lea()
    merge = merge_people(keep=keep, merged=once, source=HER_WORD, now=timezone.now())
    row = Reading.objects.get(mailing=mailing, person=keep)
    assert row.openings == 1

    opened(site, picture)  # the mail that she had as Léa
    assert Reading.objects.get(pk=row.pk).openings == 2

    part_people(merge=merge, source=HER_WORD, now=timezone.now())
    assert Reading.objects.get(pk=row.pk).person_id == once.pk


def test_of_two_who_had_the_same_message_each_keeps_a_row_and_the_kept_ones_word_counts(
    site: Client, mailing: Mailing, picture: str
) -> None:
    noe = Person.objects.get(first_name="Noe")
    merge_people(keep=noe, merged=lea(), source=HER_WORD, now=timezone.now())
    opened(site, picture)
    assert Reading.objects.filter(openings=1).count() == 1
    assert Activity.objects.get(kind="message_opened").person_id == noe.pk

    withdraw_consent(person_id=noe.pk, channel="email", purpose="tracking", source=HER_WORD, now=timezone.now())
    assert opened(site, picture).status_code == 204


def test_each_day_what_is_too_old_or_not_agreed_to_any_more_is_forgotten(
    site: Client, mailing: Mailing, link: str
) -> None:
    opened(site, link)
    now = timezone.now()
    assert forget_unwanted(now=now) == 0
    switch(on=False)  # what is off may be put on again
    assert forget_unwanted(now=now) == 0

    withdraw_consent(person_id=lea().pk, channel="email", purpose="tracking", source=HER_WORD, now=now)
    assert forget_unwanted(now=now) == 1
    assert not Click.objects.exists()
    assert forget_unwanted(now=now + KEPT) == 1
    assert not Reading.objects.exists()


def test_the_report_counts_people_of_those_who_agreed(
    site: Client, mailing: Mailing, sink: Sink, picture: str, link: str
) -> None:
    opened(site, link)
    opened(site, link)
    [other] = pictures(part(mail_to(sink, "noe"), "html"))
    opened(site, other, APPLE)

    found = readership(mailing)
    assert (found.agreed, found.opened, found.clicked, found.only_machines) == (2, 1, 1, 1)
    assert [(one.address, one.people, one.clicks) for one in found.links] == [(TARGET, 1, 2)]
    assert Link.objects.count() == 1


def test_an_export_has_the_readings(tenant: TenantFacts) -> None:
    assert "openings_and_clicks" in {one.name for one in readables()}
