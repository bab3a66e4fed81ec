"""A file whose rows speak of employers, recruiters and point persons, and what is asked of it."""

from datetime import datetime

from crm.consent.entries import Source
from crm.imports.models import Import
from crm.imports.services import ask_undo
from crm.imports.undoing import undo_import
from crm.people.models import Activity, Person
from crm.relations.models import Affiliation, Relation
from tests.crm.imports.importing import imported

OFFICE = Source(kind="office", reference="person")
HEADER = "nationbuilder_id,email,first_name,last_name,employer,recruiter_id,recruiter_name_or_email,point_person_name_or_email"
ROWS = {
    "boris, recruited by Ada who stands below": "2,boris@example.org,Boris,Petit,Atelier du port,1,Ada Roche,ada@example.org",
    "ada": "1,ada@example.org,Ada,Roche,ATELIER DU PORT,,,",
    "chloe, by a name": "3,chloe@example.org,Chloé,Vidal,Mairie de Lyon,,Roche Ada,Boris Petit",
    "dan, by nobody known": "4,dan@example.org,Dan,Leroy,Retired,99,Zoé Inconnue,",
    "dan again": "4,dan.leroy@example.org,Dan,Leroy,Mairie de Lyon,,boris@example.org,",
    "eve, by herself": "5,eve@example.org,Eve,Roux,,5,,",
    "flo, unchanged": "6,flo@example.org,Flo,Morel,Mairie de Lyon,,,",
}


def file(rows: dict[str, str]) -> bytes:
    return "\n".join([HEADER, *rows.values(), ""]).encode()


def person(name: str) -> Person:
    return Person.objects.get(emails__address=f"{name}@example.org")


def employers(name: str) -> list[str]:
    return list(Affiliation.objects.filter(person=person(name), kind="works").order_by("pk").values_list("organisation__name", flat=True))  # fmt: skip


def other(name: str, kind: str = "recruiter") -> str:
    return ",".join(Relation.objects.filter(person=person(name), kind=kind).order_by("pk").values_list("other__first_name", flat=True))  # fmt: skip


def undone(run: Import, now: datetime) -> Import:
    ask_undo(import_id=run.pk, now=now)
    undo_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert run.state == "undone"
    return run


def known(now: datetime) -> None:
    imported("nb.csv", now, file(ROWS))
    Activity.objects.all().delete()


CHANGED = "email,employeur,recruteur\nboris@example.org,Port autonome,chloe@example.org\neve@example.org,Port autonome,ada@example.org\n"
