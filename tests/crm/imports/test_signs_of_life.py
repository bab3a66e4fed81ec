"""To be in somebody's file is no sign of life: only what people did themselves counts, and what imports wrote before is put right."""

from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

from django.db import connection

from crm.consent.entries import Source
from crm.people import migrations
from crm.people.activities import is_her_own, known_kinds
from crm.people.merging import merge_people
from crm.people.models import Activity, Person
from crm.people.quality import lacking
from crm.people.services import ContactData, capture
from tenants.facts import TenantFacts
from tenants.owner import owner_connection
from tests.crm.imports.importing import imported
from tests.crm.imports.ties import CHANGED, known

FILE = "SELECT pg_relation_filenode('people_person')"
FORM = Source(kind="form", reference="form:1")
OLD = b"email,prenom,date d'inscription\nada@example.org,Ada,12/03/2014\nboris@example.org,Boris,\n"
(MIGRATION,) = Path(migrations.__path__[0]).glob("*_imports_are_no_sign_of_life.py")
written_before = import_module(f"crm.people.migrations.{MIGRATION.stem}")


def signed_up(email: str, at: datetime) -> Person:
    done = capture(contact=ContactData(email=email), kind="signed_up", source=FORM, now=at)
    return Person.objects.get(pk=done.person_id)


def last() -> dict[str, datetime | None]:
    return {email.split("@")[0]: at for email, at in Person.objects.alive().values_list("email", "last_activity_at")}


def test_a_file_of_ten_years_ago_brings_people_without_a_sign_of_life(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, OLD)

    assert last() == {"ada": None, "boris": None}
    assert [one.first_name for one in Person.objects.filter(lacking("stale", now=now))] == ["Ada"]


def test_whoever_is_known_keeps_the_day_of_her_last_act(tenant: TenantFacts, now: datetime) -> None:
    before = now - timedelta(days=900)
    signed_up("ada@example.org", before)
    imported("a.csv", now - timedelta(days=1), b"email\nboris@example.org\n")

    run = imported("b.csv", now, OLD)

    assert (run.updated, last()) == (2, {"ada": before, "boris": None})
    assert set(Person.objects.values_list("updated_at", flat=True)) == {now}


def test_ties_are_no_sign_of_life_either(tenant: TenantFacts, now: datetime) -> None:
    known(now)
    imported("b.csv", now + timedelta(days=1), CHANGED.encode(), existing="replace")

    assert Activity.objects.filter(kind="imported").count() == 2
    assert set(last().values()) == {None}


# --- what imports wrote before ------------------------------------------------------------------------------------------
def mended() -> None:
    with connection.cursor() as cursor:
        cursor.execute(written_before.mend())


def test_what_imports_wrote_before_is_put_right(tenant: TenantFacts, now: datetime) -> None:
    before, later = now - timedelta(days=900), now + timedelta(days=3)
    signed_up("eve@example.org", before)  # of whom no file speaks
    Person.objects.update(last_activity_at=later)
    signed_up("ada@example.org", before)
    imported("a.csv", now, OLD + b"chloe@example.org,Chloe,\ndan@example.org,Dan,\nflo@example.org,Flo,\n")
    signed_up("chloe@example.org", later)
    gus = signed_up("gus@example.org", before)
    merge_people(keep=gus, merged=Person.objects.get(email="flo@example.org"), source=FORM, now=now)
    Activity.objects.create(
        person=Person.objects.get(email="dan@example.org"), kind="note_added", at=later, source_kind="office"
    )
    Person.objects.exclude(email__in=["eve@example.org", "chloe@example.org"]).update(last_activity_at=now)

    mended()

    right = {"eve": later, "ada": before, "boris": None, "chloe": later, "dan": None, "gus": before}
    assert last() == right
    mended()
    assert last() == right


def test_among_many_the_table_is_written_anew(tenant: TenantFacts) -> None:
    """By the owner of the tables, as a migration; nothing of it is committed."""
    with owner_connection() as owner, owner.transaction(force_rollback=True):
        owner.execute(f"SET LOCAL search_path TO {tenant.schema_name}, extensions")
        owner.execute("SET LOCAL lock_timeout = '20s'")
        owner.execute(
            """INSERT INTO people_person (first_name, source_kind, last_activity_at) VALUES
               ('Ada', 'import', now()), ('Boris', 'import', now()), ('Eve', 'form', '2020-01-01')"""
        )
        owner.execute(
            """INSERT INTO people_activity (person_id, kind, at, source_kind)
               SELECT id, 'signed_up', '2021-01-01', 'form' FROM people_person WHERE first_name = 'Boris'"""
        )
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        before = owner.execute(FILE).fetchone()
        owner.execute(written_before.mend(many=0))
        told = owner.execute("SELECT first_name, extract(year FROM last_activity_at)::int FROM people_person")
        assert dict(told.fetchall()) == {"Ada": None, "Boris": 2021, "Eve": 2020}
        assert owner.execute(FILE).fetchone() != before


def test_the_migration_counts_what_counts_today(tenant: TenantFacts) -> None:
    """What became of mails is told by its own statement, which has never moved the day of her last act."""
    told = {kind.key for kind in known_kinds() if not is_her_own(kind.key)}
    assert set(written_before.DONE_TO_HER) == told | {"imported", "message_sent", "message_bounced"}
