"""Two entries of one organisation: merged, and parted again."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from crm.consent.services import Source
from crm.people.models import Person
from crm.people.services import ContactData, capture
from crm.relations.merging import CannotMerge, CannotPart, forget_merge, merge_organisations, part_organisations
from crm.relations.models import Affiliation, Organisation
from crm.relations.queries import KEPT, organisations_matching
from crm.relations.services import affiliate_person, end_affiliation, relate_people, save_organisation
from crm.segments.queries import people_in
from crm.segments.registry import find_by_key
from tenants.context import public_context
from tenants.facts import TenantFacts
from tenants.models import Alarm

TEAM = Source("office", "test", 1)
SIREN = "732829320"


def person(now: datetime, name: str) -> Person:
    contact = ContactData(first_name=name, last_name="Durand", email=f"{name.lower()}@example.org")
    return Person.objects.get(pk=capture(contact=contact, kind="added", source=TEAM, now=now).person_id)


def organisation(now: datetime, name: str, **values: Any) -> Organisation:
    return save_organisation(organisation=None, values={"name": name, **values}, source=TEAM, now=now)


def tie(someone: Person, to: Organisation, now: datetime, kind: str = "works") -> Affiliation:
    return affiliate_person(person=someone, organisation=to, kind=kind, title="Cheffe", source=TEAM, now=now)


def ties() -> set[tuple[str, str, str]]:
    rows = Affiliation.objects.values_list("person__first_name", "organisation__name", "kind")
    return set(rows)


@pytest.fixture
def both(tenant: TenantFacts, now: datetime) -> tuple[Organisation, Organisation]:
    """Ada is tied to both, Boris to the one that goes."""
    kept = organisation(now, "Atelier du port", note="Prête sa salle.", city="Marseille", postcode="13002")
    other = organisation(
        now, "L’atelier du port", siren=SIREN, note="Fermé en août.", city="Aubagne", phone="+33491000000"
    )
    ada, boris = person(now, "Ada"), person(now, "Boris")
    tie(ada, kept, now)
    tie(ada, other, now)
    tie(boris, other, now, "represents")
    return kept, other


def test_a_merge_takes_ties_notes_and_what_is_missing(both: tuple[Organisation, Organisation], now: datetime) -> None:
    kept, other = both
    merge_organisations(keep=kept, duplicate=other, source=TEAM, now=now)

    kept.refresh_from_db()
    assert ties() == {("Ada", "Atelier du port", "works"), ("Boris", "Atelier du port", "represents")}
    assert (kept.siren, kept.phone, kept.city) == (SIREN, "+33491000000", "Marseille")  # no address of two halves
    assert kept.note == "Prête sa salle.\n\nFermé en août."
    assert list(organisations_matching("atelier")) == [kept]
    represents = find_by_key("organisation.represents")
    assert represents is not None
    criteria = {"all": [{"organisation": {"represents": [other.pk]}}]}
    assert [one.first_name for one in people_in(criteria, now=now)] == ["Boris"]
    assert represents.value_text([other.pk, kept.pk]) == "«\xa0Atelier du port\xa0»"


def test_it_is_taken_back_and_what_came_since_stays(both: tuple[Organisation, Organisation], now: datetime) -> None:
    kept, other = both
    before = ties()
    merge = merge_organisations(keep=kept, duplicate=other, source=TEAM, now=now)
    tie(person(now, "Chloe"), kept, now)
    kept.refresh_from_db()
    save_organisation(organisation=kept, values={"phone": "+33491999999"}, source=TEAM, now=now)

    part_organisations(merge=merge, now=now + KEPT - timedelta(minutes=1))

    kept.refresh_from_db()
    other.refresh_from_db()
    assert ties() == {*before, ("Chloe", "Atelier du port", "works")}
    assert Affiliation.objects.get(organisation=other, person__first_name="Ada").title == "Cheffe"
    assert (kept.siren, kept.note, kept.phone) == ("", "Prête sa salle.", "+33491999999")
    assert (other.siren, other.note, other.merged_into) == (SIREN, "Fermé en août.", None)
    with pytest.raises(CannotPart):
        part_organisations(merge=merge, now=now)
    with public_context():
        assert not Alarm.objects.filter(kind="relations.forget_merge").exists()


def test_who_was_untied_meanwhile_is_not_tied_again(both: tuple[Organisation, Organisation], now: datetime) -> None:
    kept, other = both
    merge = merge_organisations(keep=kept, duplicate=other, source=TEAM, now=now)
    for affiliation in Affiliation.objects.select_related("organisation"):
        end_affiliation(affiliation=affiliation, source=TEAM, now=now)
    part_organisations(merge=merge, now=now)
    assert ties() == set()


def test_after_thirty_days_it_stays(both: tuple[Organisation, Organisation], now: datetime) -> None:
    kept, other = both
    merge = merge_organisations(keep=kept, duplicate=other, source=TEAM, now=now)
    with public_context():
        assert Alarm.objects.get(kind="relations.forget_merge").due_at == now + KEPT
    with pytest.raises(CannotPart):
        part_organisations(merge=merge, now=now + KEPT)
    forget_merge(merge_id=merge.pk)
    forget_merge(merge_id=merge.pk)
    merge.refresh_from_db()
    other.refresh_from_db()
    assert (merge.before, merge.moved, other.note, other.phone) == ({}, {}, "", "")


def test_a_chain_is_parted_from_its_end(both: tuple[Organisation, Organisation], now: datetime) -> None:
    kept, other = both
    third = organisation(now, "Port")
    first = merge_organisations(keep=kept, duplicate=other, source=TEAM, now=now)
    second = merge_organisations(keep=third, duplicate=kept, source=TEAM, now=now)
    other.refresh_from_db()
    assert other.merged_into == third
    with pytest.raises(CannotMerge):
        merge_organisations(keep=kept, duplicate=third, source=TEAM, now=now)
    with pytest.raises(CannotPart):
        part_organisations(merge=first, now=now)
    part_organisations(merge=second, now=now)
    part_organisations(merge=first, now=now)
    assert {one.name for one in organisations_matching("port")} == {"Port", "Atelier du port", "L’atelier du port"}


def test_the_office_merges_and_takes_back(
    both: tuple[Organisation, Organisation], office: Any, office_as: Any, now: datetime
) -> None:
    kept, other = both
    url = reverse("relations:organisation_merge", args=[kept.uuid])
    assert "L’atelier du port" in office.get(url, {"q": "atelier"}).content.decode()
    assert office.post(url, {"organisation": ""}).status_code == 422
    assert office_as("reader").post(url, {"organisation": other.uuid}).status_code == 403
    office.post(url, {"organisation": kept.uuid})  # with itself: refused
    office.post(url, {"organisation": other.uuid})

    assert office.get(other.get_absolute_url()).url == kept.get_absolute_url()
    merge = office.get(kept.get_absolute_url()).context["merges"][0]
    assert office_as("reader").get(kept.get_absolute_url()).context["merges"] == [merge]
    office.post(reverse("relations:organisation_part", args=[kept.uuid, merge.pk]))
    assert office.get(other.get_absolute_url()).status_code == 200


def test_ties_are_columns_of_the_list(both: tuple[Organisation, Organisation], office: Any, now: datetime) -> None:
    ada, boris = Person.objects.order_by("pk")
    relate_people(person=boris, kind="recruiter", other=ada, source=TEAM, now=now)
    office.post(reverse("people:columns"), {"columns": ["employer", "recruiter"]})
    page = office.get(reverse("people:list")).context
    cells = {
        person.first_name: re.findall("<td[^>]*>(.*?)</td>", row.partition("</th>")[2])
        for person, row in zip(page["people"], page["rows"], strict=True)
    }
    assert cells == {"Ada": ["Atelier du port, L’atelier du port", ""], "Boris": ["", "Ada Durand"]}
