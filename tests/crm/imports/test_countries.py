"""What a campaign keeps of people whose country nobody can read."""

from datetime import datetime

from crm.people.models import Person, PostalAddress
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported, remarks

HEADER = "email,rue,code postal,ville,pays,tél\n"


def test_somebody_of_an_unknown_country_is_no_french_person(tenant: TenantFacts, now: datetime) -> None:
    row = "zoe@example.org,1 rue du Port,01090,Klow,Syldavie,22 123 45 60\n"
    run = imported("liste.csv", now, (HEADER + row).encode())
    person = Person.objects.get()
    assert (person.country, person.postcode, person.commune_code, person.phone) == ("", "01090", "", "")
    assert PostalAddress.objects.get().country == ""
    assert sorted(kind for _line, _level, kind, _value in remarks(run)) == ["bad_country", "phone_of_nowhere"]


def test_overseas_is_france_with_numbers_of_its_own(tenant: TenantFacts, now: datetime) -> None:
    row = "zoe@example.org,1 rue du Port,98800,Nouméa,Nouvelle-Calédonie,75 12 34\n"
    imported("liste.csv", now, (HEADER + row).encode())
    person = Person.objects.get()
    assert (person.country, person.commune_code, person.phone) == ("FR", "98818", "+687751234")


def test_a_country_that_is_known_stays_where_a_file_says_one_that_is_none(tenant: TenantFacts, now: datetime) -> None:
    imported("liste.csv", now, (HEADER + "zoe@example.org,,1000,Bruxelles,Belgique,\n").encode())
    imported("liste.csv", now, (HEADER + "zoe@example.org,1 rue du Port,1000,,Syldavie,\n").encode())
    person = Person.objects.get()
    assert (person.street, person.country) == ("1 rue du Port", "BE")
