"""What an undoing must leave: whatever somebody said or wrote after the import, and what she had said before."""

from datetime import date, datetime, timedelta

import pytest

from crm.consent.entries import ConsentGiven, Source
from crm.consent.models import ConsentEntry, ConsentState
from crm.consent.services import record_consents
from crm.imports.models import Import, UpdatedPerson
from crm.imports.services import ask_undo
from crm.imports.undoing import undo_import
from crm.people.addresses import add_address, correct_address
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import Person, PersonMerge, PostalAddress
from crm.people.refreshing import refresh_people
from crm.people.services import ContactData, capture
from crm.relations.services import relate_people
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported

OFFICE = Source("office", "")
ADA = b"email,nom\nada@example.org,Lovelace\n"
BREST = b"email,adresse,cp,ville\nada@example.org,2 rue de Siam,29200,Brest\n"


def undone(run: Import, now: datetime) -> Import:
    ask_undo(import_id=run.pk, now=now)
    undo_import(import_id=run.pk, clock=lambda: now)
    run.refresh_from_db()
    assert run.state == "undone"
    return run


def signed_up(now: datetime, *, email: str = "ada@example.org", phone: str = "") -> Person:
    given = ConsentGiven("news", "email", granted=True, basis="consent", wording="Je veux des nouvelles.")
    told = ContactData(email=email, phone=phone)
    done = capture(contact=told, kind="signed_up", source=Source("form", "form:1"), consents=[given], now=now)
    return Person.objects.get(pk=done.person_id)


def test_a_value_that_was_emptied_since_stays_empty(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=ADA)
    content = b"email,date de naissance,prenom\nada@example.org,10/12/1985,Ada\n"
    run = imported("b.csv", now, content=content)
    assert Person.objects.get().birth_date == date(1985, 12, 10)
    Person.objects.update(birth_date=None)

    assert undone(run, now).undo_counts["fields_kept"] == 1

    assert Person.objects.values_list("birth_date", "first_name").get() == (None, "")


def test_an_address_that_was_corrected_since_stays_whole(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=b"email,adresse,cp,ville\nada@example.org,1 rue de Rome,13001,Marseille\n")
    content = b"email,adresse,cp,ville,prenom\nada@example.org,2 rue de Siam,29200,Brest,Ada\n"
    run = imported("b.csv", now, content=content, existing="replace")
    Person.objects.update(street="3 rue de Siam")

    assert undone(run, now).undo_counts["fields_kept"] == 1

    assert Person.objects.values_list("street", "postcode", "city", "first_name").get() == (
        "3 rue de Siam", "29200", "Brest", "",
    )  # fmt: skip


def test_what_an_import_completed_stays_in_an_address_that_was_corrected_since(
    tenant: TenantFacts, now: datetime
) -> None:
    before = now - timedelta(days=2)
    imported("a.csv", before, content=b"email,cp,ville\nada@example.org,13001,Marseille\n")
    content = b"email,adresse,cp,ville\nada@example.org,2 rue de Siam,13001,Marseille\n"
    run = imported("b.csv", before, content=content)
    person = Person.objects.get()
    [address] = PostalAddress.objects.filter(person=person)
    told = ContactData(street="2 rue de Siam", postcode="29200", city="Brest")
    correct_address(person, address.id, told, source=OFFICE, now=now)
    refresh_people([person.pk])

    undone(run, now)

    address = PostalAddress.objects.get(person=person)
    assert (address.street, address.postcode, address.city) == ("2 rue de Siam", "29200", "Brest")


def test_whoever_had_no_address_has_none_again(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=ADA)
    run = imported("b.csv", now, content=BREST)
    assert str(PostalAddress.objects.get()) == "2 rue de Siam 29200 Brest"

    undone(run, now)

    assert not PostalAddress.objects.exists()
    assert Person.objects.values_list("street", "city", "commune_code", "country").get() == ("", "", "", "FR")


def test_where_the_address_of_the_import_goes_another_one_comes_first(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=ADA)
    run, person = imported("b.csv", now, content=BREST), Person.objects.get()
    brest = PostalAddress.objects.get()
    add_address(person, ContactData(postcode="44000", city="Nantes"), source=OFFICE, now=now)
    PostalAddress.objects.exclude(id=brest.id).update(is_primary=False)
    PostalAddress.objects.filter(id=brest.id).update(is_primary=True)
    refresh_people([person.pk])

    undone(run, now)

    assert PostalAddress.objects.values_list("city", "is_primary").get() == ("Nantes", True)
    assert Person.objects.get().city == "Nantes"


def test_what_she_had_agreed_to_before_stands_again(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=ADA)
    person, before = Person.objects.get(), now - timedelta(days=9)
    given = ConsentGiven("news", "email", granted=True, basis="legitimate_interest", wording="Nos adhérentes.")
    record_consents(person_id=person.pk, consents=[given], source=Source("api", "api:1"), now=before)
    run = imported("b.csv", now, content=ADA, consent_channels=["email"])
    assert ConsentState.objects.get(person=person).basis == "import_declared"

    undone(run, now)

    person.refresh_from_db()
    state = ConsentState.objects.select_related("entry").get(person=person)
    assert (person.can_email, state.basis, state.granted, state.at) == (True, "legitimate_interest", True, before)
    assert (state.entry.source_kind, state.entry.wording.text) == ("api", "Nos adhérentes.")
    assert list(
        ConsentEntry.objects.filter(person=person).order_by("id").values_list("granted", "source_reference")
    ) == [
        (True, "api:1"),
        (True, f"import:{run.pk}"),
        (False, f"import:{run.pk}:undo"),
        (True, "api:1"),
    ]


def test_an_address_that_she_used_herself_since_stays_hers(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=b"email,nom,tel\nada@example.org,Lovelace,0601020304\n")
    content = b"email,email2,nom,tel\nada@example.org,a.lovelace@example.org,Lovelace,0611223344\n"
    run = imported("b.csv", now, content=content)
    person = signed_up(now, email="a.lovelace@example.org", phone="06 11 22 33 44")

    undone(run, now)

    assert set(person.emails.values_list("address", flat=True)) == {"ada@example.org", "a.lovelace@example.org"}
    assert person.phones.filter(number="+33611223344").exists()


def test_whoever_stays_agreed_to_nothing_by_the_file(tenant: TenantFacts, now: datetime) -> None:
    content = b"email,nom,email_opt_in\nada@example.org,Lovelace,oui\nboris@example.org,Vian,non\n"
    run = imported("a.csv", now, content=content, consent_channels=["email"])
    ada, boris = Person.objects.get(email="ada@example.org"), Person.objects.get(email="boris@example.org")
    assert ada.can_email
    for person in (ada, boris):
        relate_people(
            person=person, kind="recruiter", other=signed_up(now, email="c@example.org"), source=OFFICE, now=now
        )

    counts = undone(run, now).undo_counts

    assert (counts["kept"], counts["refusals_kept"]) == (2, 1)
    assert list(ConsentState.objects.filter(person__in=[ada, boris]).values_list("person", "granted")) == [
        (boris.pk, False)
    ]
    assert list(ConsentEntry.objects.filter(person=ada).order_by("id").values_list("granted", "source_reference")) == [
        (True, f"import:{run.pk}"),
        (False, f"import:{run.pk}:undo"),
    ]
    boris.refresh_from_db()
    assert not boris.can_email


def test_what_she_agreed_to_herself_since_stands_when_the_import_is_undone(tenant: TenantFacts, now: datetime) -> None:
    run = imported("a.csv", now, content=ADA, consent_channels=["email"])
    ada = signed_up(now)

    assert undone(run, now).undo_counts["kept"] == 1

    assert ConsentState.objects.get(person=ada).basis == "consent"


def test_an_agreement_of_the_file_goes_from_whom_she_was_merged_into(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=b"email,nom\nboris@example.org,Vian\n")
    boris = Person.objects.get()
    run = imported("b.csv", now, content=ADA, consent_channels=["email"])
    merge_people(keep=boris, merged=Person.objects.get(email="ada@example.org"), source=OFFICE, now=now)
    assert ConsentState.objects.get(person=boris).granted

    undone(run, now)

    assert not ConsentState.objects.exists()


@pytest.mark.parametrize("kind", ["recruiter", "point_person"])
def test_whoever_looks_after_others_stays(tenant: TenantFacts, now: datetime, kind: str) -> None:
    boris = signed_up(now, email="boris@example.org")
    run = imported("a.csv", now, content=ADA)
    ada = Person.objects.get(email="ada@example.org")
    relate_people(person=boris, kind=kind, other=ada, source=OFFICE, now=now)

    assert undone(run, now).undo_counts["kept"] == 1

    assert boris.relations.get().other == ada


def test_whoever_was_merged_into_somebody_can_still_be_parted(tenant: TenantFacts, now: datetime) -> None:
    boris = signed_up(now, email="boris@example.org")
    run = imported("a.csv", now, content=ADA)
    merge_people(keep=boris, merged=Person.objects.get(email="ada@example.org"), source=OFFICE, now=now)

    assert undone(run, now).undo_counts["kept"] == 1

    assert PersonMerge.objects.get().kept == boris


def test_whoever_was_erased_since_leaves_nothing_to_undo(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=ADA)
    content = b"email,prenom,relation\nada@example.org,Augusta,occasionnel\n"
    run = imported("b.csv", now, content=content, existing="replace")
    person = Person.objects.get()
    assert UpdatedPerson.objects.get().changes["first_name"] == ["", "Augusta"]

    erase_person(person_id=person.pk, now=now)

    assert not UpdatedPerson.objects.exists()
    before = Person.objects.values().get()
    undone(run, now)
    assert Person.objects.values().get() == before


def test_a_number_that_went_over_in_a_merge_since_goes_with_the_import(tenant: TenantFacts, now: datetime) -> None:
    ada, eva = signed_up(now), signed_up(now, email="eva@example.org")
    content = b"email,mobile\nada@example.org,0611223344\neva@example.org,0655667788\n"
    run = imported("b.csv", now, content=content)
    merge_people(keep=eva, merged=ada, source=OFFICE, now=now)
    assert eva.phones.count() == 2

    undone(run, now)

    assert not eva.phones.exists()
    assert sorted(eva.emails.values_list("address", flat=True)) == ["ada@example.org", "eva@example.org"]


def test_what_a_file_brought_goes_from_whom_she_was_merged_into(tenant: TenantFacts, now: datetime) -> None:
    imported("a.csv", now, content=b"email,nom\nada@example.org,Lovelace\neva@example.org,Lovelace\n")
    ada, eva = (Person.objects.get(email=email) for email in ("ada@example.org", "eva@example.org"))
    content = b"email,mobile,metier,tags\nada@example.org,0611223344,Ing\xc3\xa9nieure,velo\n"
    run = imported("b.csv", now, content=content, consent_channels=["email"])
    merge_people(keep=eva, merged=ada, source=OFFICE, now=now)
    eva.refresh_from_db()
    assert (eva.occupation, len(eva.tag_ids), eva.can_email) == ("Ing\u00e9nieure", 1, True)

    assert undone(run, now).undo_counts["restored"] == 1

    eva.refresh_from_db()
    assert (eva.occupation, eva.tag_ids) == ("", [])
    assert not eva.phones.exists()
    assert not ConsentState.objects.exists()
