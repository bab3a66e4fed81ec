"""The public page of the service's health: what cells told, day by day, and what operators wrote."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from controlplane.models import Cell
from controlplane.status.models import CellDay, Incident, IncidentUpdate
from controlplane.status.queries import public_state
from controlplane.status.services import check_cells
from tests.conftest import TenantClient

pytestmark = pytest.mark.usefixtures("public_schema")


@pytest.fixture
def cell() -> Cell:
    return Cell.objects.get(name="fr-1")


def heard(cell: Cell, at: datetime) -> None:
    Cell.objects.filter(pk=cell.pk).update(heard_at=at)


def incident(now: datetime, **values: Any) -> Incident:
    titles = {"title_fr": "Envois ralentis", "title_en": "Sending is slow"}
    made = Incident.objects.create(**{**titles, "began_at": now - timedelta(hours=1), **values})
    texts = {"text_fr": "Le relais répond lentement.", "text_en": "The relay answers slowly."}
    IncidentUpdate.objects.create(incident=made, at=now, state="mending", **texts)
    return made


def test_each_minute_of_a_cell_is_counted_once(cell: Cell, now: datetime) -> None:
    heard(cell, now)
    check_cells(now=now)
    check_cells(now=now + timedelta(seconds=1))  # a second beat
    check_cells(now=now + timedelta(minutes=1))
    row = CellDay.objects.get()
    assert (row.checks, row.good, row.condition) == (2, 2, "up")


def test_a_silent_cell_has_bad_minutes_and_its_day_shows_it(cell: Cell, now: datetime) -> None:
    heard(cell, now)
    for minute in range(100):
        check_cells(now=now + timedelta(minutes=minute))
    row = CellDay.objects.get()
    assert row.checks == 100
    assert row.good < 20
    shown = public_state(now=now + timedelta(minutes=100)).cells[0]
    assert (shown.condition, shown.days[-1].condition) == ("down", "down")


def test_a_cell_never_heard_of_is_not_called_well(cell: Cell, now: datetime) -> None:
    check_cells(now=now)
    state = public_state(now=now)
    assert not CellDay.objects.exists()
    assert (state.condition, state.cells[0].percent) == ("unknown", None)


def test_the_history_is_bounded(cell: Cell, now: datetime) -> None:
    heard(cell, now)
    for days in (120, 90, 89):
        day = timezone.localdate(now) - timedelta(days=days)
        CellDay.objects.create(cell=cell, day=day, checks=1440, good=1440, checked_at=now - timedelta(days=days))
    check_cells(now=now)
    assert CellDay.objects.count() == 3
    assert len(public_state(now=now).cells[0].days) == 90


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_tells_cells_and_incidents_in_both_languages(
    platform: TenantClient, cell: Cell, language: str
) -> None:
    now = timezone.now()
    heard(cell, now)
    check_cells(now=now)
    made = incident(now)
    made.cells.add(cell)
    incident(now, title_fr="Passé", title_en="Over", ended_at=now - timedelta(minutes=1))
    platform.cookies["language"] = language
    html = platform.get("/etat/").content.decode()
    title, text = {
        "fr": ("Envois ralentis", "Le relais répond lentement."),
        "en": ("Sending is slow", "The relay answers slowly."),
    }[language]
    assert title in html
    assert text in html
    assert html.count('class="jour ') == 90
    assert 'class="jour up"' in html


def test_programs_read_the_same(platform: TenantClient, cell: Cell) -> None:
    now = timezone.now()
    heard(cell, now)
    check_cells(now=now)
    incident(now)
    answer = platform.get("/etat/etat.json").json()
    assert answer["state"] == "troubled"
    assert answer["cells"] == [{"cell": "fr-1", "region": "fr", "state": "up", "percent": 100.0}]
    assert [found["impact"] for found in answer["incidents"]] == ["minor"]


def test_the_feed_is_rss_with_each_incident(platform: TenantClient) -> None:
    made = incident(timezone.now())
    platform.cookies["language"] = "en"
    channel = ElementTree.fromstring(platform.get("/etat/flux.xml").content)[0]  # noqa: S314 -- our own feed
    assert [item.findtext("guid") for item in channel.findall("item")] == [f"incident-{made.pk}"]
    assert channel.findtext("item/title") == "Sending is slow"


def test_a_planned_work_is_under_way_only_once_it_begins(now: datetime) -> None:
    incident(now, began_at=now + timedelta(hours=1), impact="maintenance")
    assert public_state(now=now).under_way == []
    assert len(public_state(now=now + timedelta(hours=2)).under_way) == 1


@pytest.mark.parametrize(("role", "made"), [("reader", 0), ("support", 1)])
def test_operators_write_about_incidents_if_they_may(
    operator_as: Callable[[str], TenantClient], role: str, made: int
) -> None:
    values = {
        "title_fr": "Envois ralentis",
        "title_en": "Sending is slow",
        "impact": "minor",
        "began_at": "2026-11-22T10:30",
        "updates-TOTAL_FORMS": "1",
        "updates-INITIAL_FORMS": "0",
        "updates-0-at": "2026-11-22T10:31",
        "updates-0-state": "looking",
        "updates-0-text_fr": "Nous cherchons.",
        "updates-0-text_en": "We are looking.",
    }
    response = operator_as(role).post("/console/status/incident/add/", values)
    assert response.status_code == (302 if made else 403)
    assert (Incident.objects.count(), IncidentUpdate.objects.count()) == (made, made)


def test_the_page_asks_as_much_for_three_incidents_as_for_one(
    platform: TenantClient, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    incident(timezone.now())
    platform.get("/etat/")
    with django_assert_max_num_queries(30) as one:
        platform.get("/etat/")
    incident(timezone.now())
    incident(timezone.now())
    with django_assert_num_queries(len(one)):
        platform.get("/etat/")
