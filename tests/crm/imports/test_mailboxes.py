"""Two people of one file on one e-mail address: the second waits, whole, and is not poured into the first."""

from datetime import datetime, timedelta

import pytest

from crm.consent.models import ConsentState
from crm.imports.rejected import rejected_lines
from crm.people.models import Person
from tenants.facts import TenantFacts
from tests.crm.imports.importing import counts, imported, remarks

HEADER = "prenom,nom,email,date de naissance,tel,adresse,cp,ville,newsletter\n"
ANNE = "Anne,Roy,couple@example.org,01/02/1970,0611111111,,,,oui\n"
BERNARD = "Bernard,Roy,Couple@example.org,03/04/1968,0622222222,1 rue de Rome,13001,Marseille,\n"
OTHERS = "".join(f"P,Petit{number},p{number}@example.org,,,,,,\n" for number in range(8))


def file(*lines: str) -> bytes:
    return (HEADER + "".join(lines)).encode()


@pytest.mark.usefixtures("_small_chunks")
@pytest.mark.parametrize("are_known", [False, True])
def test_who_is_surely_another_is_set_aside(tenant: TenantFacts, now: datetime, *, are_known: bool) -> None:
    if are_known:
        imported("avant.csv", now, file(ANNE))
    run = imported("couple.csv", now, file(ANNE, OTHERS, BERNARD))

    assert run.rejected == 1
    assert remarks(run) == [(11, "rejected", "shared_mailbox", "2")]
    [_header, row] = "".join(rejected_lines(run)).splitlines()
    assert row.startswith("Bernard,Roy,Couple@example.org,03/04/1968,0622222222,1 rue de Rome,13001,Marseille,")
    assert "Même adresse e-mail que la ligne 2, mais une autre personne." in row
    anne = Person.objects.get(email="couple@example.org")
    assert (anne.first_name, anne.street, anne.can_email) == ("Anne", "", True)
    assert list(anne.phones.values_list("number", flat=True)) == ["+33611111111"]


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        (BERNARD.replace("03/04/1968", "").replace("Roy", "Petit"), "shared_mailbox"),
        (BERNARD.replace("03/04/1968", ""), "other_name"),
        (BERNARD.replace("Bernard", "Anne-Marie"), "repeated"),
        (BERNARD.replace("Bernard", ""), "repeated"),
        (BERNARD.replace("Bernard", "ÂNNE").replace("Roy", "Petit"), "repeated"),
    ],
    ids=["both names", "first name alone", "short form", "no first name", "last name alone"],
)
def test_what_contradicts(tenant: TenantFacts, now: datetime, second: str, kind: str) -> None:
    run = imported("couple.csv", now, file(ANNE, second))
    assert kind in [remark[2] for remark in remarks(run)]
    assert counts(run) == {"read": 2, "created": 1, "rejected" if kind == "shared_mailbox" else "merged": 1}
    if kind == "other_name":
        assert (3, "warning", "other_name", "Anne Roy") in remarks(run)


def test_a_refusal_of_either_is_one_of_the_mailbox(tenant: TenantFacts, now: datetime) -> None:
    imported("couple.csv", now, file(ANNE, BERNARD.replace("Marseille,", "Marseille,non")))
    assert list(ConsentState.objects.values_list("channel", "granted")) == [("email", False)]


def test_the_same_file_again_says_the_same(tenant: TenantFacts, now: datetime) -> None:
    content = file(ANNE, BERNARD, OTHERS)
    first = imported("couple.csv", now, content)
    again = imported("couple.csv", now + timedelta(days=1), content)
    assert remarks(first) == remarks(again) == [(3, "rejected", "shared_mailbox", "2")]
    assert counts(again) == {"read": 10, "unchanged": 9, "rejected": 1}
