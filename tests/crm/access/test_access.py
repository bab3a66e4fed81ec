"""Who looked at whom and took what: one log, one line an hour, a year long, that nobody can change."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.access.enums import Access
from crm.access.models import AccessEntry
from crm.access.services import FORGET, KEPT, forget_old, log_access, log_looks
from crm.consent.services import Source
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import Person
from crm.people.services import ContactData, capture
from tenants.context import public_context, tenant_context
from tenants.facts import TenantFacts
from tenants.models import Alarm
from tenants.users.models import User
from tests.crm.files.test_files import kept
from tests.factors import CODE, confirm

FORM = Source(kind="form", reference="form:1")
LOG, FILE = "/bureau/reglages/acces/journal/", "/bureau/reglages/acces/journal.csv"


def person(now: datetime, name: str = "Ada") -> Person:
    contact = ContactData(first_name=name, last_name="Durand", email=f"{name.lower()}@example.org")
    return Person.objects.get(pk=capture(contact=contact, kind="signed_up", source=FORM, now=now).person_id)


def logged() -> list[tuple[str, int | None]]:
    return list(AccessEntry.objects.order_by("pk").values_list("kind", "person_id"))


def test_many_looks_within_an_hour_are_one_line(tenant: TenantFacts, now: datetime) -> None:
    for minutes in (0, 5, 29, 31, 95):
        log_looks(kind=Access.VIEWED, by=1, person_ids=[7, 8], now=now + timedelta(minutes=minutes))
    log_looks(kind=Access.VIEWED, by=2, person_ids=[7], now=now)
    log_looks(kind=Access.FILE_OPENED, by=1, person_ids=[7], about="file:3", now=now)

    lines = AccessEntry.objects.filter(person_id=7).order_by("pk").values_list("kind", "by_id", "at")
    assert list(lines) == [
        ("viewed", 1, now),
        ("viewed", 1, now + timedelta(minutes=31)),
        ("viewed", 1, now + timedelta(minutes=95)),
        ("viewed", 2, now),
        ("file", 1, now),
    ]
    assert AccessEntry.objects.filter(person_id=8).count() == 3


def test_the_pages_of_a_person_are_logged_by_one_insert(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    office.get(ada.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        office.get(ada.get_absolute_url())
        office.get(reverse("people:history", args=[ada.uuid]))
        office.get(reverse("people:edit", args=[ada.uuid]))

    about_the_log = [one["sql"] for one in queries if "access_accessentry" in one["sql"] or "set_alarm" in one["sql"]]
    assert sum(sql.startswith("INSERT") for sql in about_the_log) == 3
    assert len(about_the_log) == 4  # and the five lines that the owner sees on the page
    looks = logged()
    assert set(looks) == {("viewed", ada.pk)}
    office.get(reverse("people:list"))
    assert logged() == looks  # a list is no look at one person


def test_a_file_of_hers_is_logged(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    file = kept(ada, now)
    assert office.get(reverse("files:show", args=[ada.uuid, file.uuid])).status_code == 200
    entry = AccessEntry.objects.get()
    assert (entry.kind, entry.person_id, entry.about) == ("file", ada.pk, f"file:{file.pk}")


def test_the_log_is_read_by_who_answers_for_the_data(
    tenant: TenantFacts, office_as: Callable[[str], Any], now: datetime
) -> None:
    ada, gone = person(now), person(now, "Gone")
    owner, manager, reader = office_as("owner"), office_as("manager"), office_as("reader")
    for one in (ada, gone):
        reader.get(one.get_absolute_url())
    manager.get(ada.get_absolute_url())
    log_access(
        kind=Access.WRITTEN, by=None, now=timezone.now(), count=2, about="export:1", details={"reason": "Soirée"}
    )
    erase_person(person_id=gone.pk, now=timezone.now())

    page = manager.get(LOG).content.decode()
    assert page.count('<tr class="sans">') == 4
    assert "Soirée" in page
    assert "Ada Durand" in page
    assert "Gone" not in page
    assert "Dov Durand" in page
    dov = AccessEntry.objects.earliest("pk").by_id
    assert len(owner.get(f"{LOG}?group=people&by={dov}").context["lines"]) == 2
    assert len(owner.get(f"{LOG}?group=exports&days=7").context["lines"]) == 1
    assert len(owner.get(f"{LOG}?group=nonsense&by=x").context["lines"]) == 4
    assert manager.get(f"{FILE}?group=people").url.startswith(CODE)  # data leaves by a second factor only
    confirm(owner, User.objects.get(email="owner@example.org"), to=LOG)
    file = b"".join(owner.get(f"{FILE}?group=people").streaming_content).decode()
    assert file.count("\r\n") == 4
    assert AccessEntry.objects.filter(kind="log", count=3).exists()
    for client in (office_as("communications"), reader):
        assert client.get(LOG).status_code == 403
    assert LOG in owner.get("/bureau/reglages/donnees/").content.decode()


def test_the_log_asks_as_much_for_fifty_lines_as_for_one(tenant: TenantFacts, office: Any, now: datetime) -> None:
    log_looks(kind=Access.VIEWED, by=1, person_ids=[person(now).pk], now=now)
    office.get(LOG)
    with CaptureQueriesContext(connection) as one:
        office.get(LOG)
    people = [person(now, f"P{number}").pk for number in range(50)]
    log_looks(kind=Access.VIEWED, by=1, person_ids=people, now=now)
    with CaptureQueriesContext(connection) as fifty:
        office.get(LOG)
    assert len(fifty) == len(one)


def test_the_owner_sees_who_looked_at_her(tenant: TenantFacts, office_as: Callable[[str], Any], now: datetime) -> None:
    ada, twin = person(now), person(now, "Adah")
    reader, manager, owner = office_as("reader"), office_as("manager"), office_as("owner")
    reader.get(twin.get_absolute_url())
    merge_people(keep=ada, merged=twin, source=FORM, now=now)
    manager.get(ada.get_absolute_url())

    page = owner.get(ada.get_absolute_url())
    assert [line.by for line in page.context["looks"]] == ["Ada Durand", "Boris Durand", "Dov Durand"]
    assert manager.get(ada.get_absolute_url()).context["looks"] is None
    url = reverse("people:looks", args=[ada.uuid])
    assert len(owner.get(url).context["lines"]) == 3
    address = reverse("people:looks_file", args=[ada.uuid])
    assert owner.get(address).url.startswith(CODE)
    confirm(owner, User.objects.get(email="owner@example.org"), to=address)
    file = b"".join(owner.get(address).streaming_content).decode()
    assert "Dov Durand" in file
    for name in ("people:looks", "people:looks_file"):
        assert manager.get(reverse(name, args=[ada.uuid])).status_code == 403


def test_nobody_changes_a_line_and_after_a_year_it_goes(tenant: TenantFacts, now: datetime) -> None:
    today = timezone.now()
    cache.clear()
    log_access(kind=Access.REJECTED, by=1, now=today - KEPT - timedelta(days=1), count=3, about="import:1")
    log_access(kind=Access.REJECTED, by=1, now=today - KEPT + timedelta(days=2), count=3, about="import:2")
    for statement in (
        "UPDATE access_accessentry SET by_id = 9",
        "DELETE FROM access_accessentry",
        "TRUNCATE access_accessentry",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    assert forget_old(now=today) == 1
    assert AccessEntry.objects.get().about == "import:2"
    with public_context():
        assert Alarm.objects.filter(kind=FORGET, schema_name=tenant.schema_name).count() == 1


def test_another_campaigns_log_is_its_own(
    tenant: TenantFacts, other_tenant: TenantFacts, office: Any, now: datetime
) -> None:
    with tenant_context(other_tenant):
        log_access(kind=Access.WRITTEN, by=1, now=now, count=2, details={"reason": "Leur soirée"})
    assert "Leur soirée" not in office.get(LOG).content.decode()
