"""Of two people of one name at one telephone or home, the day of birth tells."""

from datetime import date, datetime

import pytest

from crm.people.models import Person
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported

HEADER = "prenom,nom,email,date de naissance,tel,adresse,cp,ville\n"
FATHER = "Luc,Petit,,01/01/1950,0491000001,1 rue de Rome,13001,Marseille\n"
SON = FATHER.replace("01/01/1950", "05/06/1985")


def file(*lines: str) -> bytes:
    return (HEADER + "".join(lines)).encode()


def births() -> list[date | None]:
    return list(Person.objects.order_by("birth_date").values_list("birth_date", flat=True))


@pytest.mark.parametrize("are_known", [False, True])
def test_those_born_on_other_days_are_two(tenant: TenantFacts, now: datetime, *, are_known: bool) -> None:
    if are_known:
        imported("pere.csv", now, file(FATHER))
        imported("fils.csv", now, file(SON), existing="replace")
    else:
        run = imported("famille.csv", now, file(FATHER, SON))
        assert counts(run) == {"read": 2, "created": 2}
    assert births() == [date(1950, 1, 1), date(1985, 6, 5)]
    run = imported("encore.csv", now, file(SON.replace("Luc", "LUC"), FATHER.replace("Luc", "LUC")))
    assert (run.created, len(births())) == (0, 2)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (FATHER, FATHER.replace("01/01/1950", "")),
        (FATHER.replace("Petit,", "Petit,luc@example.org"), SON.replace("Petit,", "Petit,luc@example.org")),
    ],
    ids=["one day unknown", "one mailbox"],
)
def test_others_are_one(tenant: TenantFacts, now: datetime, first: str, second: str) -> None:
    run = imported("famille.csv", now, file(first, second))
    assert run.created == 1
