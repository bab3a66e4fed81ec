"""Exports for tests: from the wish to the file."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.files.storage import default_storage

from crm.consent.services import ConsentGiven, Source
from crm.people.models import Person
from crm.people.services import ContactData, capture
from crm.runs.models import Run

FORM = Source(kind="form", reference="form:1")
NEWS = ConsentGiven("news", "email", granted=True, basis="consent", wording="Yes, write to me.")
NEW = "/bureau/personnes/exports/nouveau/"
WISH = {
    "columns": ["first_name", "last_name", "email", "phone", "tags"],
    "format": "excel",
    "reason": "Soirée du 3 mai",
    "key": "1",
}


def person(now: datetime, **told: Any) -> Person:
    done = capture(contact=ContactData(**told), kind="signed_up", source=FORM, consents=[NEWS], now=now)
    return Person.objects.get(pk=done.person_id)


def export(client: Any, execute: Any, query: str = "", **wish: Any) -> Run:
    with execute(execute=True):
        answer = client.post(f"{NEW}{query}", {**WISH, "key": uuid4().hex, **wish})
    assert answer.status_code == 302, answer.content.decode()
    run = Run.objects.of_kind("exports.export").latest("pk")
    assert run.state == "done", run.failure
    return run


def content(run: Run) -> bytes:
    with default_storage.open(run.result["file"], "rb") as stream:
        data: bytes = stream.read()
    return data
