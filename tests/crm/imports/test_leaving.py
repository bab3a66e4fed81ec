"""Whoever was erased does not come back by a file, whatever she is known by; whoever shares her home or her line may come."""

from datetime import datetime, timedelta

import pytest

from crm.imports.rejected import rejected_lines
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import Person, PhoneNumber
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, remarks
from tests.crm.imports.test_undoing import OFFICE

HEADER = "nationbuilder_id,prenom,nom,email,tel,adresse,cp,ville,courrier\n"
LANDLINE, MOBILE = "04 91 00 00 01", "06 12 34 56 78"
ADA = f'12,Ada,Durand-Roche,ada@example.org,{LANDLINE},"12, rue de l\'Église",13001,Marseille,oui\n'
ASKED = (2, "rejected", "asked_to_leave")


def again(now: datetime, *lines: str) -> list[tuple[int, str, str]]:
    run = imported("apres.csv", now + timedelta(days=1), (HEADER + "\n".join(lines) + "\n").encode())
    assert run.failure == ""
    return [remark[:3] for remark in remarks(run)]


def present() -> list[str]:
    return sorted(Person.objects.filter(erased_at=None, merged_into=None).values_list("first_name", flat=True))


@pytest.fixture
def _erased(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, (HEADER + ADA).encode())
    erase_person(person_id=Person.objects.get().pk, now=now)


@pytest.mark.usefixtures("_erased")
@pytest.mark.parametrize(
    "line",
    [
        "99,Ada,Durand Roche,,,12 RUE DE L’EGLISE,13001,Marseille,oui",
        ",ada,durand-roche,neuve@example.org,,12 rue de l'église,13001,Marseille,oui",
        "12,Ada,Durand-Roche,neuve@example.org,,8 rue Neuve,69001,Lyon,oui",
        f",Ada,Durand-Roche,neuve@example.org,{LANDLINE},,,,",
        f",,,,{LANDLINE},,,,",
        f",Boris,Roche,,{LANDLINE},,,,",
        ",Boris,Roche,ada@example.org,,,,,",
    ],
    ids=["home", "home and another e-mail", "number", "name and landline", "landline alone", "another name, landline alone", "e-mail"],
)  # fmt: skip
def test_whoever_is_erased_stays_so(now: datetime, line: str) -> None:
    assert again(now, line) == [ASKED]
    assert present() == []


@pytest.mark.usefixtures("_erased")
@pytest.mark.parametrize(
    "line",
    [
        "99,Boris,Durand-Roche,,,12 rue de l'Église,13001,Marseille,oui",
        "99,Ada,Durand-Roche,,,14 rue de l'Église,13001,Marseille,oui",
        "12,Boris,Petit,boris@example.org,,,,,",
    ],
    ids=["same home", "same name", "same number"],
)
def test_somebody_else_may_come(now: datetime, line: str) -> None:
    assert again(now, line) == []
    assert len(present()) == 1


@pytest.mark.usefixtures("_erased")
def test_who_shares_her_landline_comes_without_it(now: datetime) -> None:
    lines = (
        f",Boris,Roche,boris@example.org,{LANDLINE} / 01 40 00 00 02,,,,",
        f",Clara,Roche,,{LANDLINE},9 rue Neuve,13001,Marseille,oui",
        ",Dan,Petit,,01 40 00 00 03,,,,",
    )
    for days in range(2):  # known by then, they do not get it either
        told = again(now + timedelta(days=days), *lines)
        assert told == [(2, "warning", "number_left_alone"), (3, "warning", "number_left_alone")]
        assert present() == ["Boris", "Clara", "Dan"]
        assert set(PhoneNumber.objects.values_list("person__first_name", "number")) == {
            ("Boris", "+33140000002"),
            ("Dan", "+33140000003"),
        }


def test_a_number_that_both_had_stays_with_the_other(tenant: TenantFacts, now: datetime) -> None:
    boris = f",Boris,Roche,boris@example.org,{LANDLINE},,,,\n"
    imported("avant.csv", now, (HEADER + ADA + boris).encode())
    erase_person(person_id=Person.objects.get(first_name="Ada").pk, now=now)
    assert again(now, boris) == []
    assert PhoneNumber.objects.get().person.first_name == "Boris"


def test_a_mobile_is_one_persons(tenant: TenantFacts, now: datetime) -> None:
    imported("avant.csv", now, (HEADER + ADA.replace(LANDLINE, MOBILE)).encode())
    erase_person(person_id=Person.objects.get().pk, now=now)
    run = imported("apres.csv", now, f"{HEADER},Boris,Roche,boris@example.org,{MOBILE},,,,\n".encode())
    assert counts(run) == {"read": 1, "rejected": 1}
    [_header, row] = "".join(rejected_lines(run)).splitlines()
    assert row.startswith(",Boris,Roche,boris@example.org,")


def test_who_was_merged_into_her_stays_erased_too(tenant: TenantFacts, now: datetime) -> None:
    eva = ",Eva,Petit,eva@example.org,,8 rue Neuve,69001,Lyon,\n"
    imported("avant.csv", now, (HEADER + ADA + eva).encode())
    eva_row, ada_row = (Person.objects.get(first_name=name) for name in ("Eva", "Ada"))
    merge_people(keep=ada_row, merged=eva_row, source=OFFICE, now=now)
    erase_person(person_id=ada_row.pk, now=now)
    assert again(now, ",Eva,Petit,,,8 rue Neuve,69001,Lyon,oui") == [ASKED]
