"""Is she known already? First by the other system's number, then by e-mail, then by telephone and name."""

from django.db import connection

from crm.people.models import Person
from tenants.context import current_schema


def lock_identities(*identities: str) -> None:
    """Two forms with the same e-mail wait for each other here; always in the same order, so that nobody waits in a ring."""
    with connection.cursor() as cursor:
        for identity in sorted(identity for identity in identities if identity):
            # The lock is the database's, so the schema is part of its name.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{current_schema()}:{identity}"])


def find_person(*, external_id: str, email: str, phone: str, first_name: str, last_name: str) -> Person | None:
    """The person meant, locked, or None. A shared telephone is not enough: the name must agree too."""
    for condition, parameters in _conditions(external_id, email, phone, first_name, last_name):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT p.id FROM people_person p WHERE p.erased_at IS NULL AND {condition} ORDER BY p.id LIMIT 1 FOR NO KEY UPDATE",  # noqa: S608 -- conditions are ours
                parameters,
            )
            row = cursor.fetchone()
        if row:
            return Person.objects.get(pk=row[0])
    return None


def _conditions(
    external_id: str, email: str, phone: str, first_name: str, last_name: str
) -> list[tuple[str, list[str]]]:
    conditions: list[tuple[str, list[str]]] = []
    if external_id:
        # The number of somebody who was merged is the number of the one who was kept.
        conditions.append(
            ("p.id = (SELECT coalesce(merged_into_id, id) FROM people_person WHERE external_id = %s)", [external_id])
        )
    if email:
        conditions.append(
            (
                "p.id = (SELECT person_id FROM people_emailaddress WHERE extensions.fold(address) = extensions.fold(%s))",
                [email],
            )
        )
    if phone and first_name and last_name:
        conditions.append(
            (
                "p.id IN (SELECT person_id FROM people_phonenumber WHERE number = %s) AND"
                " extensions.fold(p.first_name || ' ' || p.last_name) = extensions.fold(%s)",
                [phone, f"{first_name} {last_name}"],
            )
        )
    return conditions
