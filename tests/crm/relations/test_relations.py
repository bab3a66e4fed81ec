"""Organisations, households, recruiters: written once, read from both ends, followed by merges, gone with an erasure."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from crm.consent.services import Source
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import Activity, Person
from crm.people.parting import part_people
from crm.people.services import ContactData, capture
from crm.people.timeline import timeline
from crm.relations.enums import RelationKind
from crm.relations.identifiers import normalize_siren
from crm.relations.models import Affiliation, HouseholdMember, Organisation, Relation
from crm.relations.naming import name_of
from crm.relations.queries import SHOWN, household_of, ties_of
from crm.relations.services import (
    OneselfRelated,
    affiliate_person,
    end_relation,
    join_households,
    leave_household,
    relate_people,
    save_organisation,
)
from crm.segments.queries import people_in
from crm.segments.registry import CriterionInvalid, RawValue, find_by_key
from tenants.facts import TenantFacts

TEAM = Source("office", "test", 1)


def person(now: datetime, name: str) -> Person:
    contact = ContactData(first_name=name, last_name="Durand", email=f"{name.lower()}@example.org")
    return Person.objects.get(pk=capture(contact=contact, kind="added", source=TEAM, now=now).person_id)


def three(now: datetime) -> tuple[Person, Person, Person]:
    return person(now, "Ada"), person(now, "Boris"), person(now, "Chloe")


def workshop(now: datetime, **values: Any) -> Organisation:
    told = {"name": "Atelier du port", "kind": "company", "siren": "732829320", **values}
    return save_organisation(organisation=None, values=told, source=TEAM, now=now)


@pytest.mark.parametrize(
    ("typed", "siren"),
    [
        ("732 829 320", "732829320"),
        ("73282932000074", "732829320"),
        ("FR44732829320", "732829320"),
        ("732829321", None),
        ("000000000", None),
        ("12345", None),
        ("٧٣٢٨٢٩٣٢٠", None),
    ],
)
def test_a_siren_is_checked_with_its_key(typed: str, siren: str | None) -> None:
    assert normalize_siren(typed) == siren


def test_a_household_is_whoever_lives_with_either(tenant: TenantFacts, now: datetime) -> None:
    ada, boris, chloe = three(now)

    join_households(person=ada, other=boris, source=TEAM, now=now)
    join_households(person=chloe, other=boris, source=TEAM, now=now)
    assert household_of(ada) == [boris, chloe]
    leave_household(person=boris, source=TEAM, now=now)

    assert (household_of(ada), household_of(boris)) == ([chloe], [])


def test_a_recruiter_is_read_from_both_ends_and_replaced(tenant: TenantFacts, now: datetime) -> None:
    ada, boris, chloe = three(now)
    relate_people(person=ada, kind="recruiter", other=boris, source=TEAM, now=now)
    relate_people(person=ada, kind="recruiter", other=chloe, source=TEAM, now=now)

    (mine,), (back,) = ties_of(ada).others, ties_of(chloe).others
    assert (mine.people, back.people) == ([chloe], [ada])
    assert ties_of(boris).is_empty
    with pytest.raises(OneselfRelated):
        relate_people(person=ada, kind="recruiter", other=ada, source=TEAM, now=now)


def test_of_many_ties_the_first_are_named_and_the_others_counted(tenant: TenantFacts, now: datetime) -> None:
    ada, boris, chloe = three(now)
    recruited = [Person.objects.create(last_name=f"R{number}", created_at=now) for number in range(SHOWN + 2)]
    for one in recruited:
        relate_people(person=one, kind="recruiter", other=ada, source=TEAM, now=now)
    relate_people(person=boris, kind="point_person", other=ada, source=TEAM, now=now)
    relate_people(person=ada, kind="point_person", other=chloe, source=TEAM, now=now)

    ties = ties_of(ada).others

    assert [(one.label, list(one.people), one.more) for one in ties] == [
        ("Référent", [chloe], 0),
        ("A recruté", recruited[:SHOWN], 2),
        ("Référent de", [boris], 0),
    ]


def test_segments_ask_for_ties(tenant: TenantFacts, now: datetime) -> None:
    ada, boris, chloe = three(now)
    relate_people(person=ada, kind="recruiter", other=boris, source=TEAM, now=now)
    relate_people(person=chloe, kind="point_person", other=boris, source=TEAM, now=now)
    join_households(person=ada, other=chloe, source=TEAM, now=now)
    port = workshop(now)
    affiliate_person(person=boris, organisation=port, kind="works", title="", source=TEAM, now=now)

    def found(name: str, operator: str, value: Any) -> set[Person]:
        return set(people_in({name: {operator: value}}, now=now))

    assert found("recruited", "by", [boris.pk]) == {ada}
    assert found("point_person", "by", [boris.pk]) == {chloe}
    assert found("household", "with", [ada.pk]) == {ada, chloe}
    assert found("household", "shared", value=True) == {ada, chloe}
    assert found("organisation", "works", [port.pk]) == {boris}
    assert found("organisation", "represents", [port.pk]) == set()


def test_conditions_are_typed_by_name_or_address(tenant: TenantFacts, now: datetime) -> None:
    ada, boris, _chloe = three(now)
    port = workshop(now, name="Port, docks et quais")
    recruited = find_by_key("recruited.by")
    works = find_by_key("organisation.works")
    assert recruited
    assert works

    assert recruited.read(RawValue(text="ada durand, boris@example.org")) == sorted([ada.pk, boris.pk])
    assert recruited.read(recruited.write([ada.pk])) == [ada.pk]
    assert works.read(works.write([port.pk])) == [port.pk]
    with pytest.raises(CriterionInvalid) as refused:
        recruited.read(RawValue(text="Durand"))
    assert name_of(ada) in refused.value.suggestions


def test_a_merge_takes_the_ties_along_and_gives_them_back(tenant: TenantFacts, now: datetime) -> None:
    ada, boris, chloe = three(now)
    port = workshop(now)
    relate_people(person=boris, kind="recruiter", other=ada, source=TEAM, now=now)
    relate_people(person=chloe, kind="recruiter", other=boris, source=TEAM, now=now)
    join_households(person=boris, other=chloe, source=TEAM, now=now)
    affiliate_person(person=boris, organisation=port, kind="works", title="Docker", source=TEAM, now=now)
    tables = (Relation, HouseholdMember, Affiliation)
    before = [list(table.objects.order_by("pk").values()) for table in tables]

    merge = merge_people(keep=ada, merged=boris, source=TEAM, now=now)
    ties = ties_of(ada)
    assert [(one.label, one.people) for one in ties.others] == [("A recruté", [chloe])]
    assert (list(ties.household), ties.affiliations[0].organisation) == ([chloe], port)
    # A segment that names the one who was merged finds whom the kept one recruited.
    assert set(people_in({"recruited": {"by": [boris.pk]}}, now=now)) == {chloe, ada}

    part_people(merge=merge, source=TEAM, now=now + timedelta(days=1))
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def test_stories_tell_with_whom_and_an_erasure_leaves_no_name(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada, boris, _chloe = three(now)
    relate_people(person=ada, kind="point_person", other=boris, source=TEAM, now=now)
    join_households(person=ada, other=boris, source=TEAM, now=now)
    end_relation(person=ada, kind="point_person", other=boris, source=TEAM, now=now)

    events = timeline(ada, group="relations").events
    assert [(event.text, event.url) for event in events] == [("Boris Durand", boris.get_absolute_url())] * 3
    (back,) = timeline(boris, group="relations").events
    assert (back.text, back.url) == ("Ada Durand", ada.get_absolute_url())
    assert "Boris" not in str(list(Activity.objects.values_list("payload", flat=True)))

    erase_person(person_id=boris.pk, now=now)
    events = timeline(ada, group="relations").events
    assert {(event.text, event.url) for event in events} == {("quelqu’un dont les données ont été effacées", "")}


def test_an_erasure_leaves_no_tie(tenant: TenantFacts, now: datetime) -> None:
    ada, boris, chloe = three(now)
    relate_people(person=boris, kind="recruiter", other=ada, source=TEAM, now=now)
    relate_people(person=ada, kind="point_person", other=chloe, source=TEAM, now=now)
    join_households(person=boris, other=ada, source=TEAM, now=now)
    affiliate_person(person=ada, organisation=workshop(now), kind="works", title="", source=TEAM, now=now)

    erase_person(person_id=ada.pk, now=now)

    assert not Relation.objects.exists()
    assert not Affiliation.objects.exists()
    assert HouseholdMember.objects.get().person == boris


def test_the_office_ties_people_and_organisations(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada, boris, _chloe = three(now)
    office.post(
        reverse("relations:organisation_add"), {"name": "Atelier du port", "kind": "company", "siren": "732829320"}
    )
    port = Organisation.objects.get()
    assert "Boris" in office.get(reverse("relations:relate", args=[ada.uuid]), {"q": "boris"}).content.decode()

    office.post(reverse("relations:relate", args=[ada.uuid]), {"other": boris.uuid, "tie": "recruiter"})
    told = {"organisation": port.uuid, "kind": "represents", "title": "Présidente"}
    office.post(reverse("relations:affiliate", args=[ada.uuid]), told)

    page = office.get(ada.get_absolute_url()).content.decode()
    assert boris.get_absolute_url() in page
    assert port.get_absolute_url() in page
    assert ada.get_absolute_url() in office.get(boris.get_absolute_url()).content.decode()
    assert "Présidente" in office.get(port.get_absolute_url()).content.decode()

    told = {"other": ada.pk, "kind": "recruiter", "back": "1"}
    office.post(reverse("relations:unrelate", args=[boris.uuid]), told)
    assert not Relation.objects.exists()


def test_one_relation_ends_and_the_others_of_the_two_stay(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada, boris, _chloe = three(now)
    for kind in RelationKind.values:
        relate_people(person=ada, kind=kind, other=boris, source=TEAM, now=now)
        relate_people(person=boris, kind=kind, other=ada, source=TEAM, now=now)
    page = office.get(ada.get_absolute_url()).content.decode()
    button = '<input type="hidden" name="kind" value="recruiter"><input type="hidden" name="back" value="1">'
    assert page.count(button) == 1

    told = {"other": boris.pk, "kind": "recruiter", "back": "1"}
    for _click in range(2):
        office.post(reverse("relations:unrelate", args=[ada.uuid]), told)

    left = set(Relation.objects.values_list("person", "kind"))
    assert left == {(ada.pk, "recruiter"), (ada.pk, "point_person"), (boris.pk, "point_person")}
    assert list(Activity.objects.filter(kind="relation_ended").values_list("person", flat=True)) == [boris.pk]


def test_a_double_click_is_one_organisation(tenant: TenantFacts, office: Any, now: datetime) -> None:
    address = reverse("relations:organisation_add")
    told = {"name": "Mairie de Lyon", "kind": "public", "key": str(office.get(address).context["form"]["key"].value())}

    answers = [office.post(address, told) for _click in range(2)]

    made = Organisation.objects.get()
    assert [answer.url for answer in answers] == [made.get_absolute_url()] * 2
    assert f'name="key" value="{told["key"]}"' in office.post(address, {**told, "name": ""}).content.decode()
    office.post(reverse("relations:organisation_edit", args=[made.uuid]), {**told, "name": "Ville de Lyon"})
    assert Organisation.objects.get().name == "Ville de Lyon"


def test_a_wrong_or_taken_siren_is_told(tenant: TenantFacts, office: Any, now: datetime) -> None:
    workshop(now)
    for siren in ("732829321", "732829320"):
        answer = office.post(
            reverse("relations:organisation_add"), {"name": "Autre", "kind": "company", "siren": siren}
        )
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["siren"])
    assert Organisation.objects.count() == 1


def test_organisations_are_found_and_paged_by_name(tenant: TenantFacts, office: Any, now: datetime) -> None:
    for number in range(60):
        workshop(now, name=f"École {number:02}", siren="", kind="school")
    workshop(now)
    address = reverse("relations:organisations")

    first = office.get(address, {"kind": "school"})
    second = office.get(address + first.context["after_url"])

    names = [one.name for one in [*first.context["organisations"], *second.context["organisations"]]]
    assert names == [f"École {number:02}" for number in range(60)]
    assert not second.context["after_url"]
    for text in ("ecole 07", "732 829 320"):
        assert len(office.get(address, {"q": text}).context["organisations"]) == 1


@pytest.mark.parametrize("after", ["a|²", "a|", "|", "²"])
def test_an_odd_cursor_is_the_first_page(tenant: TenantFacts, office: Any, now: datetime, after: str) -> None:
    assert office.get("/bureau/organisations/", {"after": after}).status_code == 200
    made = Organisation.objects.create(name="Atelier du port", created_at=now)
    assert office.get(made.get_absolute_url(), {"after": after}).status_code == 200


def test_readers_see_and_do_not_touch(tenant: TenantFacts, office_as: Any, now: datetime) -> None:
    ada, boris, _chloe = three(now)
    port = workshop(now)
    reader = office_as("reader")

    assert reader.get(port.get_absolute_url()).status_code == 200
    for name, args in (("organisation_add", []), ("organisation_edit", [port.uuid]), ("relate", [ada.uuid])):
        assert reader.post(reverse(f"relations:{name}", args=args), {"other": boris.uuid}).status_code == 403
    assert not Relation.objects.exists()


def test_another_campaign_has_none_of_it(
    tenant: TenantFacts, other_tenant: TenantFacts, office: Any, now: datetime
) -> None:
    from tenants.context import tenant_context  # noqa: PLC0415 -- as in the other tests of isolation

    with tenant_context(other_tenant):
        theirs = workshop(now)
    assert office.get(reverse("relations:organisation", args=[theirs.uuid])).status_code == 404
