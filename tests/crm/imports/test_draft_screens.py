"""Pages of a draft that is none any more, or is deleted; what is no proof of an agreement."""

from datetime import date, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from crm.imports import services
from crm.imports.models import Import
from tests.crm.imports.importing import imported, received
from tests.crm.imports.test_views import BUREAU, ORIGIN, upload

STEPS = ["colonnes/", "communes/", "origine/", "verification/", "essai/"]
CSV = b"email\nada@example.org\n"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("page", [*STEPS, "lecture/", "abandon/"])
def test_a_stale_tab_leads_to_the_report(office: Client, now: datetime, page: str, method: str) -> None:
    run = imported("f.csv", now, CSV)
    response = getattr(office, method)(f"{BUREAU}{run.pk}/{page}", {"name": "Autre"})
    if method == "get" and page not in STEPS:
        assert response.status_code == 405
        return
    assert (response.status_code, response["Location"]) == (302, f"{BUREAU}{run.pk}/")
    assert bool(list(get_messages(response.wsgi_request))) == (method == "post")
    assert Import.objects.get().name == run.name


def test_a_draft_is_deleted_once(office: Client, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice at once, then once more."""
    run, discard = received("f.csv", now, CSV), services.discard_draft

    def twice(*, import_id: int) -> None:
        discard(import_id=import_id)
        discard(import_id=import_id)

    monkeypatch.setattr(services, "discard_draft", twice)
    for _time in range(2):
        response = office.post(f"{BUREAU}{run.pk}/abandon/")
        assert (response.status_code, response["Location"]) == (302, BUREAU)
    assert not Import.objects.exists()
    assert office.get(f"{BUREAU}{run.pk}/colonnes/").status_code == 404


@pytest.mark.parametrize(
    ("state", "position", "said", "after"),
    [
        ("running", 1, "s’arrête après les lignes en cours", "running"),
        ("queued", 0, "redevenu un brouillon", "draft"),
        ("done", 1, "rien à arrêter", "done"),
        ("undone", 1, "rien à arrêter", "undone"),
    ],
)
def test_stopping_says_what_it_does(
    office: Client, now: datetime, state: str, position: int, said: str, after: str
) -> None:
    run = received("f.csv", now, CSV)
    Import.objects.filter(pk=run.pk).update(state=state, position=position, created=position)
    response = office.post(f"{BUREAU}{run.pk}/arret/")
    assert said in str(next(iter(get_messages(response.wsgi_request))))
    run.refresh_from_db()
    assert (run.state, run.cancel_asked_at is not None) == (after, state == "running")


@pytest.mark.parametrize(
    ("day", "is_taken"),
    [("2030", False), ("0001-01-01", False), ("1989-12-31", False), ("1990-01-01", True), ("today", True), ("tomorrow", False), ("", True)],
)  # fmt: skip
def test_the_day_of_an_agreement_is_one_that_has_been(office: Client, day: str, *, is_taken: bool) -> None:
    run, today = upload(office, "zoo-utf8-bom.csv"), timezone.localdate()
    days = {"today": today, "tomorrow": today + timedelta(days=1), "2030": date(today.year + 4, 5, 6)}
    response = office.post(f"{BUREAU}{run.pk}/origine/", {**ORIGIN, "consent_on": str(days.get(day, day))})
    assert response.status_code == (302 if is_taken else 422)
    if not is_taken:
        assert "consent_on" in response.context["form"].errors
        assert str(days.get(day, day)) in response.content.decode()
