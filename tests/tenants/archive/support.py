"""A campaign with something of everything in it, and ways to compare two of them."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from psycopg import sql

from crm.consent.entries import ConsentGiven, Source
from crm.people.models import Note, Person
from crm.people.services import ContactData, capture
from tenants.alarms import on_alarm, set_alarm
from tenants.archive.manifest import Manifest, Purpose
from tenants.archive.stores import Store, cell_store
from tenants.archive.tables import AS_TEXT, CopyOut, layouts, selection
from tenants.archive.writing import write_archive
from tenants.factors.services import renew_recovery_codes
from tenants.facts import TenantFacts
from tenants.owner import owner_connection, run_script
from tenants.users.models import User
from tests.factors import give_factor

ALARM = "archive.test"
LARGE = 3_000_000
AWKWARD = 'Zoé "l\'œil"\n\\N\tRenée; , ﷽ 🗳️ \\.'
FILES = {
    "images/portrait été.png": b"\x89PNG" + bytes(range(256)) * 40,
    "documents/Règlement intérieur – 2026.pdf": b"%PDF" + b"x" * 700_000,
    "documents/vide.txt": b"",
    "imports/12.csv": "nom;prénom\nKervella;Maud\n".encode(),
}


def furnish(tenant: TenantFacts, *, now: datetime) -> None:
    """People with awkward names, consents, notes, a very large row, a member of the team with a second factor, files, an alarm."""
    on_alarm(ALARM, None)
    ada = User.objects.create_user("ada@example.org", "correct horse", first_name="Ada", last_name=AWKWARD[:20])
    give_factor(ada)
    renew_recovery_codes(user=ada)
    for number in range(30):
        capture(
            contact=ContactData(email=f"p{number}@example.org", first_name=f"Zoé {number}", tags=("été", "Œuvre")),
            kind="signed_up",
            source=Source("form", "form:1"),
            consents=[
                ConsentGiven("news", "email", granted=number % 3 > 0, basis="consent", wording="Je veux «bien».")
            ],
            now=now,
        )
    person = Person.objects.earliest("id")
    Person.objects.filter(pk=person.pk).update(last_name=AWKWARD, occupation="=HYPERLINK(1)")
    Note.objects.create(person=person, text="é" * LARGE, created_at=now, source_kind="office")
    Note.objects.create(person=person, text=AWKWARD, created_at=now, source_kind="office")
    set_alarm(ALARM, due_at=now + timedelta(days=30), key="7")
    for name, content in FILES.items():
        path = Path(default_storage.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    default_storage.save("exports/earlier.zip", ContentFile(b"not in an archive"))


def written(tenant: TenantFacts, path: Path, *, purpose: Purpose, now: datetime) -> Manifest:
    with path.open("wb") as sink:
        return write_archive(tenant=tenant, purpose=purpose, store=cell_store(), sink=sink, now=now)


def contents(schema: str) -> dict[str, str]:
    """A digest of every table, read as the owner."""
    found = {}
    with owner_connection() as owner:
        run_script(owner, AS_TEXT)
        for layout in layouts(owner, schema):
            rows = CopyOut(owner, selection(schema, layout, layout.columns, layout.order))
            found[layout.name] = hashlib.sha256(b"".join(rows)).hexdigest()
    return found


def positions(schema: str) -> dict[str, tuple[Any, ...]]:
    query = "SELECT c.relname, d.last_value, d.is_called FROM pg_class c, pg_get_sequence_data(c.oid) d WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'S'"
    with owner_connection() as owner:
        return {row[0]: row[1:] for row in owner.execute(sql.SQL(query), [schema]).fetchall()}


def files_under(store: Store, prefix: str) -> dict[str, bytes]:
    found = {}
    for stored in store.names(prefix):
        with store.reading(stored.name) as source:
            found[stored.name.removeprefix(prefix)] = source.read()
    return found


def schemas() -> set[str]:
    with owner_connection() as owner:
        rows = owner.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'c\\_%'").fetchall()
        return {row[0] for row in rows}
