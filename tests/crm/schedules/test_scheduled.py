"""A scheduled import from its form to its report: fetched, compared, imported like the first file, told of."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from crm.imports.models import Import
from crm.imports.services import Reading, ask_undo, change_reading
from crm.people.models import Person
from crm.schedules import services
from crm.schedules.models import Fetch, ScheduledImport
from crm.schedules.rhythms import next_time
from crm.schedules.sealing import unsealed
from crm.schedules.services import Plan, end_fetch, fetch_now, look_after, ring, schedule_import
from tenants.context import public_context, tenant_context
from tenants.facts import TenantFacts
from tenants.models import Alarm
from tenants.users.models import User
from tests.crm.imports.importing import imported, received
from tests.crm.schedules.servers import Answer, Server, serving
from tests.tenants.s3 import BUCKET, moto

FIRST = b"email,prenom,ville\nada@example.org,Ada,Marseille\n"
NEXT = b"email,prenom,ville\nada@example.org,Ada,Marseille\nbob@example.org,Bob,Lyon\n,,Nice\n"
BUREAU = "/bureau/imports/programmes/"
Commits = Callable[..., Any]


def plan(address: str, **changes: Any) -> Plan:
    told: dict[str, Any] = {
        "name": "Adhésions", "place": "web", "address": address, "header": "Authorization", "region": "", "bucket": "", "object_key": "", "key_id": "",
        "rhythm": "daily", "hour": 6, "weekday": 0,
    }  # fmt: skip
    return Plan(**told | changes)


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    settings.SCHEDULES_ALLOW_LOOPBACK = True
    with serving() as running:
        running.answers["/people.csv"] = Answer(NEXT)
        yield running


@pytest.fixture
def pattern(tenant: TenantFacts, now: datetime) -> Import:
    told = {"tags": ["Ancien outil"], "existing": "replace", "consent_wordings": {"sms": "Par SMS."}}
    return imported("people.csv", now, FIRST, **told)


@pytest.fixture
def scheduled(server: Server, pattern: Import, owner: User, now: datetime) -> ScheduledImport:
    address = f"{server.address}/people.csv"
    return schedule_import(pattern_id=pattern.pk, plan=plan(address), secret="Bearer quiet", by=owner.pk, now=now)


@pytest.fixture
def run(run_tasks: None, django_capture_on_commit_callbacks: Commits) -> Callable[..., Fetch]:
    """Ring, then look after it as the alarm does: the task has run by then."""

    def ringing(scheduled: ScheduledImport, at: datetime) -> Fetch:
        with django_capture_on_commit_callbacks(execute=True):
            ring(scheduled_id=scheduled.pk, now=at)
        fetch = scheduled.fetches.latest("pk")
        with django_capture_on_commit_callbacks(execute=True):
            look_after(fetch_id=fetch.pk, now=at)
        fetch.refresh_from_db()
        return fetch

    return ringing


def alarms(kind: str) -> list[datetime]:
    with public_context():
        return list(Alarm.objects.filter(kind=kind).values_list("due_at", flat=True))


def test_the_file_is_imported_with_the_choices_of_the_first_one(
    scheduled: ScheduledImport, run: Callable[..., Fetch], server: Server, now: datetime, mailoutbox: list[Any]
) -> None:
    fetch = run(scheduled, now)
    done = Import.objects.exclude(pk=scheduled.pattern_id).get()

    assert (fetch.outcome, fetch.import_run) == ("imported", done)
    assert (done.state, done.created, done.rejected) == ("done", 1, 1)
    assert server.asked[0][1]["Authorization"] == "Bearer quiet"
    assert set(Person.objects.values_list("first_name", flat=True)) == {"Ada", "Bob"}
    assert done.existing == "replace"
    assert (done.tags, done.consent_wordings) == (["Ancien outil"], {"sms": "Par SMS."})
    [mail] = mailoutbox
    assert mail.to == ["owner@example.org"]
    assert f"/bureau/imports/{done.pk}/" in mail.body
    assert "bob@example.org" not in mail.body


def test_the_same_file_is_left_alone_until_its_import_is_taken_back(
    scheduled: ScheduledImport, run: Callable[..., Fetch], now: datetime, django_capture_on_commit_callbacks: Commits
) -> None:
    first = run(scheduled, now)
    assert run(scheduled, now + timedelta(days=1)).outcome == "same"
    assert Import.objects.count() == 2
    assert first.import_run
    with django_capture_on_commit_callbacks(execute=True):
        ask_undo(import_id=first.import_run.pk, now=now)
    assert not Person.objects.filter(first_name="Bob").exists()
    assert run(scheduled, now + timedelta(days=2)).outcome == "imported"
    assert Person.objects.filter(first_name="Bob").exists()


@pytest.mark.parametrize("is_corrected", [True, False])
def test_a_character_set_that_was_corrected_holds_for_the_next_file(
    server: Server, tenant: TenantFacts, owner: User, run: Callable[..., Fetch], now: datetime, *, is_corrected: bool
) -> None:
    """Her name alone looks more like «éofie»."""
    draft = received("people.csv", now, "email,prenom\nada@example.org,Žofie\n".encode("cp1252"))
    said = "cp1252" if is_corrected else draft.file_format.encoding
    change_reading(import_id=draft.pk, reading=Reading(encoding=said, delimiter=",", has_header=True))
    Import.objects.filter(pk=draft.pk).update(state="done", source_type="former_tool")
    server.answers["/people.csv"] = Answer("email,prenom\nbob@example.org,Žofie\n".encode("cp1252"))
    address = f"{server.address}/people.csv"
    scheduled = schedule_import(pattern_id=draft.pk, plan=plan(address), secret="", by=owner.pk, now=now)
    done = run(scheduled, now).import_run
    assert done is not None
    assert done.file_format.encoding == ("cp1252" if is_corrected else "mac_roman")
    assert Person.objects.get().first_name == ("Žofie" if is_corrected else "éofie")


def test_only_the_latest_files_rows_are_left_to_decide_on(
    scheduled: ScheduledImport, run: Callable[..., Fetch], server: Server, now: datetime
) -> None:
    run(scheduled, now)
    server.answers["/people.csv"] = Answer(NEXT + b",,Toulon\n")
    latest = run(scheduled, now + timedelta(days=1)).import_run
    assert list(Import.objects.to_decide()) == [latest]


def test_changed_columns_stop_it_with_their_names_and_change_nothing(
    scheduled: ScheduledImport, run: Callable[..., Fetch], server: Server, now: datetime, mailoutbox: list[Any]
) -> None:
    server.answers["/people.csv"] = Answer(b"email,prenom,commune\nzoe@example.org,Zoe,Nice\n")
    fetch = run(scheduled, now)
    assert (fetch.outcome, fetch.failure, fetch.detail) == ("failed", "columns", "− ville, + commune")
    assert (Import.objects.count(), Person.objects.count()) == (1, 1)
    assert "− ville, + commune" in mailoutbox[0].body


def test_a_file_that_lost_its_header_tells_nobodys_data(
    scheduled: ScheduledImport, run: Callable[..., Fetch], server: Server, now: datetime
) -> None:
    server.answers["/people.csv"] = Answer(b"zoe@example.org,Zoe,Nice\n" * 2)
    fetch = run(scheduled, now)
    assert (fetch.failure, fetch.detail) == ("columns", "− email, − prenom, − ville")


def test_a_failure_is_told_once_a_day_and_again_when_it_is_another_one(
    scheduled: ScheduledImport,
    run_tasks: None,
    now: datetime,
    mailoutbox: list[Any],
    django_capture_on_commit_callbacks: Commits,
) -> None:
    told = []
    for hours, failure in ((0, "status"), (1, "status"), (2, "status"), (3, "empty"), (26, "empty"), (28, "empty")):
        at = now + timedelta(hours=hours)
        fetch = Fetch.objects.create(scheduled=scheduled, asked_at=at)
        with django_capture_on_commit_callbacks(execute=True):
            end_fetch(fetch_id=fetch.pk, failure=failure, detail="500", now=at)
        told.append(len(mailoutbox))
    assert told == [1, 1, 1, 2, 2, 3]


def test_the_alarm_is_set_for_the_next_time_whatever_becomes_of_this_one(
    scheduled: ScheduledImport, run: Callable[..., Fetch], server: Server, now: datetime
) -> None:
    server.answers["/people.csv"] = Answer(status=500)
    run(scheduled, now)
    scheduled.refresh_from_db()
    assert scheduled.next_at
    assert alarms(services.RING) == [scheduled.next_at]
    assert now < scheduled.next_at <= now + timedelta(days=1)


def test_a_paused_one_rings_no_more_and_can_be_taken_up_again(
    scheduled: ScheduledImport, now: datetime, run_tasks: None
) -> None:
    services.pause_schedule(scheduled_id=scheduled.pk)
    assert alarms(services.RING) == []
    ring(scheduled_id=scheduled.pk, now=now)
    assert Fetch.objects.count() == 0
    services.resume_schedule(scheduled_id=scheduled.pk, now=now)
    assert len(alarms(services.RING)) == 1


def test_one_fetch_at_a_time_and_a_dead_worker_is_noticed(
    scheduled: ScheduledImport, owner: User, now: datetime
) -> None:
    fetch = fetch_now(scheduled_id=scheduled.pk, by=owner.pk, now=now)
    with pytest.raises(services.UnderWay):
        fetch_now(scheduled_id=scheduled.pk, by=owner.pk, now=now)
    ring(scheduled_id=scheduled.pk, now=now)
    assert Fetch.objects.count() == 1
    [due] = alarms(services.LOOK)
    look_after(fetch_id=fetch.pk, now=due)
    fetch.refresh_from_db()
    assert (fetch.outcome, fetch.failure) == ("failed", "interrupted")
    end_fetch(fetch_id=fetch.pk, now=due)  # the worker was alive after all
    fetch.refresh_from_db()
    assert fetch.outcome == "failed"


def test_an_object_of_the_campaigns_own_bucket(
    pattern: Import, run: Callable[..., Fetch], owner: User, settings: Any, now: datetime
) -> None:
    settings.SCHEDULES_ALLOW_LOOPBACK = True
    with moto(settings) as client:
        client.put_object(Bucket=BUCKET, Key="exports/liste à jour.csv", Body=NEXT)
        own = plan(
            settings.S3_ENDPOINT_URL, place="bucket", header="", region="eu-west-3", bucket=BUCKET, key_id="key", object_key="exports/liste à jour.csv"
        )  # fmt: skip
        scheduled = schedule_import(pattern_id=pattern.pk, plan=own, secret="secret", by=owner.pk, now=now)
        assert run(scheduled, now).outcome == "imported"
        client.delete_object(Bucket=BUCKET, Key="exports/liste à jour.csv")
        gone = run(scheduled, now + timedelta(days=1))
        assert (gone.failure, gone.detail) == ("status", "404")
    assert Person.objects.filter(first_name="Bob").exists()


def test_the_secret_is_nowhere_in_the_clear(scheduled: ScheduledImport) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM schedules_scheduledimport s")
        [(row,)] = cursor.fetchall()
    assert "quiet" not in row
    assert unsealed(scheduled.sealed_secret) == "Bearer quiet"


@pytest.mark.parametrize(
    ("rhythm", "after", "expected"),
    [
        ("hourly", datetime(2026, 11, 22, 9, 30, tzinfo=UTC), datetime(2026, 11, 22, 9, 51, tzinfo=UTC)),
        ("daily", datetime(2026, 11, 22, 9, 30, tzinfo=UTC), datetime(2026, 11, 23, 5, 51, tzinfo=UTC)),
        ("daily", datetime(2026, 3, 28, 9, 30, tzinfo=UTC), datetime(2026, 3, 29, 4, 51, tzinfo=UTC)),
        ("weekly", datetime(2026, 11, 22, 9, 30, tzinfo=UTC), datetime(2026, 11, 25, 5, 51, tzinfo=UTC)),
        ("weekly", datetime(2026, 11, 25, 5, 51, tzinfo=UTC), datetime(2026, 12, 2, 5, 51, tzinfo=UTC)),
    ],
)
def test_the_hour_is_the_campaigns_in_summer_and_in_winter(rhythm: str, after: datetime, expected: datetime) -> None:
    scheduled = ScheduledImport(pk=3, rhythm=rhythm, hour=6, weekday=2)
    assert next_time(scheduled, after=after) == expected


FORM = {
    "name": "Adhésions",
    "place": "web",
    "address": "https://example.org/people.csv",
    "rhythm": "daily",
    "weekday": "0",
    "hour": "6",
}


def test_the_forms_way_from_a_report_to_a_schedule(office: Client, pattern: Import) -> None:
    assert f"{BUREAU}nouveau/?import={pattern.pk}" in office.get(f"/bureau/imports/{pattern.pk}/").content.decode()
    new = f"{BUREAU}nouveau/?import={pattern.pk}"
    told = {**FORM, "header": "X-Key", "secret": "quiet"}
    page = office.post(new, told)["Location"]
    scheduled = ScheduledImport.objects.get()
    assert (scheduled.address, scheduled.header, unsealed(scheduled.sealed_secret)) == (
        FORM["address"],
        "X-Key",
        "quiet",
    )
    assert "quiet" not in office.get(page).content.decode() + office.get(f"{page}modifier/").content.decode()
    assert office.post(f"{page}modifier/", {**FORM, "header": "X-Key", "rhythm": "hourly"}).status_code == 302
    scheduled.refresh_from_db()
    assert (scheduled.rhythm, unsealed(scheduled.sealed_secret)) == ("hourly", "quiet")


def test_a_secret_is_not_handed_to_another_server(office: Client, pattern: Import) -> None:
    page = office.post(f"{BUREAU}nouveau/?import={pattern.pk}", {**FORM, "header": "X-Key", "secret": "quiet"})[
        "Location"
    ]
    answer = office.post(f"{page}modifier/", {**FORM, "header": "X-Key", "address": "https://example.com/people.csv"})
    assert list(answer.context["form"].errors) == ["secret"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "http://example.org/a.csv"}, "address"), ({"address": "https://10.0.0.1/a.csv"}, "address"), ({"address": ""}, "address"),
        ({"header": "Host", "secret": "x"}, "header"), ({"secret": "x"}, "header"), ({"header": "X-Key", "secret": "a\nb: c"}, "secret"),
        ({"header": "X-Key"}, "secret"), ({"place": "bucket"}, "server"), ({"hour": "24"}, "hour"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_refused(
    office: Client, pattern: Import, changes: dict[str, str], field: str
) -> None:
    answer = office.post(f"{BUREAU}nouveau/?import={pattern.pk}", {**FORM, **changes})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not ScheduledImport.objects.exists()


def test_only_those_who_import_may_schedule(
    office_as: Callable[[str], Client], scheduled: ScheduledImport, pattern: Import
) -> None:
    reader = office_as("reader")
    assert reader.get(f"{BUREAU}{scheduled.pk}/").status_code == 200
    for path in (f"nouveau/?import={pattern.pk}", f"{scheduled.pk}/modifier/"):
        assert reader.get(BUREAU + path).status_code == 403
    for path in ("maintenant", "pause", "reprise", "suppression"):
        assert reader.post(f"{BUREAU}{scheduled.pk}/{path}/").status_code == 403
        assert office_as("owner").get(f"{BUREAU}{scheduled.pk}/{path}/").status_code == 405


def test_another_campaigns_schedule_is_not_there(
    scheduled: ScheduledImport, office: Client, other_tenant: TenantFacts, now: datetime
) -> None:
    with tenant_context(other_tenant):
        assert not ScheduledImport.objects.exists()
    assert office.get(f"{BUREAU}{scheduled.pk + 1}/").status_code == 404


def test_a_deleted_one_leaves_its_imports(
    scheduled: ScheduledImport, run: Callable[..., Fetch], office: Client, now: datetime
) -> None:
    run(scheduled, now)
    assert office.post(f"{BUREAU}{scheduled.pk}/suppression/").status_code == 302
    assert (ScheduledImport.objects.count(), Import.objects.count(), alarms(services.RING)) == (0, 2, [])


def test_a_list_of_three_costs_what_a_list_of_one_does(
    scheduled: ScheduledImport, office: Client, owner: User, now: datetime
) -> None:
    office.get(BUREAU)
    one = counted(office)
    for name in ("B", "C"):
        schedule_import(
            pattern_id=scheduled.pattern_id,
            plan=plan("https://example.org/", name=name),
            secret="",
            by=owner.pk,
            now=now,
        )
    assert counted(office) == one


class Counting:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, *told: Any) -> Any:
        self.count += 1
        return execute(*told)


def counted(office: Client) -> int:
    counting = Counting()
    with connection.execute_wrapper(counting):
        assert office.get(BUREAU).status_code == 200
    return counting.count
