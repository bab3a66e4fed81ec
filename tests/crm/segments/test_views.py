import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.utils import timezone

from crm.geo.territories import TERRITORIES
from crm.people.models import Person, Tag
from crm.segments.models import Segment
from crm.segments.services import add_segment
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tests.conftest import TenantClient

YOUNG = {"all": [{"age": {"between": [None, 30]}}]}
LIST = "/bureau/tris/"


@pytest.fixture
def people(tenant: TenantFacts, now: datetime) -> list[Person]:
    tag = Tag.objects.create(name="bénévole")
    return [
        Person.objects.create(
            first_name="Aïssatou",
            last_name="Diallo",
            birth_date=date(2004, 1, 1),
            created_at=now,
            can_email=True,
            email_reach=0,
        ),
        Person.objects.create(
            first_name="Loïc",
            last_name="Kermarrec",
            birth_date=date(1960, 1, 1),
            created_at=now,
            tag_ids=[tag.pk],
            email_reach=7,
        ),
        Person.objects.create(
            first_name="Vanessa", last_name="Hoarau", created_at=now, tag_ids=[tag.pk], email_reach=4
        ),
    ]


@pytest.fixture
def segment(tenant: TenantFacts) -> Segment:
    return add_segment(name="Jeunes de la ville", criteria=YOUNG, by=None, now=timezone.now())


def form(*rows: tuple[str, dict[str, Any]], kind: str = "all", **more: str) -> dict[str, Any]:
    data: dict[str, Any] = {"groups": "1", "g0-kind": kind, "g0-rows": str(len(rows)), "version": "0", **more}
    for number, (what, fields) in enumerate(rows):
        data[f"g0-r{number}-what"] = what
        data |= {f"g0-r{number}-{name}": value for name, value in fields.items()}
    return data


TAGGED = ("tags.any", {"text": "bénévole"})


def test_the_list_shows_counts_and_sentences(office: TenantClient, people: list[Person], segment: Segment) -> None:
    page = office.get(LIST).content.decode()
    assert "Jeunes de la ville" in page
    assert "Les personnes qui ont 30 ans ou moins." in page


def test_an_empty_list_teaches(office: TenantClient) -> None:
    assert "Faire le premier tri" in office.get(LIST).content.decode()


def test_the_list_counts_with_one_query_a_segment(
    office: TenantClient, people: list[Person], django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        add_segment(name=f"Tri {number}", criteria=YOUNG, by=None, now=timezone.now())
    office.get(LIST)
    with django_assert_max_num_queries(20):
        office.get(LIST)


def test_a_segment_is_made_without_javascript(office: TenantClient, people: list[Person]) -> None:
    assert office.get(f"{LIST}nouveau/").status_code == 200
    grown = office.post(f"{LIST}nouveau/", form(TAGGED, do="add-row:0")).content.decode()
    assert 'name="g0-r1-what"' in grown
    assert not Segment.objects.exists()
    answer = office.post(f"{LIST}nouveau/", form(TAGGED, do="save", name="Les bénévoles", description="Pour samedi"))
    segment = Segment.objects.get()
    assert answer["Location"] == f"{LIST}{segment.pk}/"
    assert segment.criteria == {"all": [{"tags": {"any": [Tag.objects.get().pk]}}]}
    assert segment.created_by is not None
    assert "Les bénévoles" in office.get(answer["Location"]).content.decode()


def test_the_page_subtracts_in_the_open(office: TenantClient, people: list[Person]) -> None:
    page = office.post(f"{LIST}nouveau/", form(do="refresh", groups="0"))
    panel = page.context["panel"]
    assert (panel.figures.total, panel.reachable, panel.not_reached) == (3, 1, 2)
    assert panel.figures.total - sum(reason.count for reason in panel.left_out) == panel.reachable


def test_each_territory_has_its_map_and_its_area_matches_people_there(
    office: TenantClient, people: list[Person]
) -> None:
    Person.objects.filter(pk=people[2].pk).update(commune_code="97411")
    Person.objects.filter(pk=people[1].pk).update(commune_code="29019")
    area = ("place.inside", {"text": "-20.85 55.35, -20.85 55.6, -21.05 55.6, -21.05 55.35"})

    page = office.post(f"{LIST}nouveau/", form(area, do="refresh"))

    html = page.content.decode()
    maps = re.findall(r'data-box="([^"]+)" data-scale="([^"]+)" data-image="([^"]+)">', html)
    assert len(maps) == len(TERRITORIES)
    assert all(
        len(box.split()) == 4 and float(scale) for box, scale, _image in maps
    )  # numbers of the script, not of French
    assert page.context["panel"].figures.total == 1


def test_unknown_births_are_told(office: TenantClient, people: list[Person]) -> None:
    rows = [TAGGED, ("age.between", {"low": "", "high": "30"})]
    panel = office.post(f"{LIST}nouveau/", form(*rows, do="refresh")).context["panel"]
    assert (panel.figures.total, panel.unknown_births) == (0, 1)
    for kind, total in (("any", 3), ("none", 0)):  # by the tag, she is in, or out, whatever her age
        panel = office.post(f"{LIST}nouveau/", form(*rows, do="refresh", kind=kind)).context["panel"]
        assert (panel.figures.total, panel.unknown_births) == (total, 0)


def test_a_row_in_error_is_set_aside_and_not_saved(office: TenantClient, people: list[Person]) -> None:
    rows = [TAGGED, ("tags.any", {"text": "benevol"})]
    page = office.post(f"{LIST}nouveau/", form(*rows, do="refresh"))
    assert page.context["panel"].figures.total == 2
    assert "Aucune étiquette" in page.content.decode()
    refused = office.post(f"{LIST}nouveau/", form(*rows, do="save", name="X"))
    assert refused.status_code == 422
    assert not Segment.objects.exists()


def test_more_conditions_than_a_segment_may_have_are_kept_in_the_form(
    office: TenantClient, people: list[Person]
) -> None:
    rows: list[tuple[str, dict[str, Any]]] = [("age.unknown", {})] * 61
    refused = office.post(f"{LIST}nouveau/", form(*rows, do="save", name="X"))
    assert refused.status_code == 422
    assert "pas plus de 60 conditions" in refused.content.decode()
    assert len(refused.context["draft"].rows()) == 61
    assert office.post(f"{LIST}nouveau/", form(*rows[:25], do="save", name="X")).status_code == 302
    assert len(Segment.objects.get().criteria["all"]) == 25


def test_the_live_count_answers_in_parts(office: TenantClient, people: list[Person]) -> None:
    answer = office.post(f"{LIST}compte/", form(TAGGED)).json()
    assert (answer["total"], answer["email"]) == (2, 0)
    assert "Kermarrec" in answer["people"]
    assert "g0-r0-what" in answer["groups"]


def test_somebody_is_looked_up_and_explained(office: TenantClient, people: list[Person]) -> None:
    page = office.post(f"{LIST}nouveau/", form(TAGGED, do="explain", who="diallo")).content.decode()
    assert "pas dans ce tri" in page
    page = office.post(f"{LIST}nouveau/", form(TAGGED, do="explain", who="loic")).content.decode()
    assert "pas dans ce tri" not in page


def test_who_is_looked_up_is_found_as_in_the_list_those_of_the_segment_first(
    office: TenantClient, people: list[Person], now: datetime
) -> None:
    tag_ids = people[1].tag_ids
    Person.objects.bulk_create(
        Person(first_name=f"Ali{number}", last_name="Martin", created_at=now, tag_ids=tag_ids if number == 4 else [])
        for number in range(5)
    )
    asked = office.post(f"{LIST}nouveau/", form(TAGGED, do="explain", who="martin")).context["asked"]
    assert (asked.shown[0].person.first_name, len(asked.shown), asked.others) == ("Ali4", 3, 2)
    page = office.post(f"{LIST}nouveau/", form(TAGGED, do="explain", who="martin")).content.decode()
    assert "2 autres personnes correspondent" in page

    page = office.post(f"{LIST}nouveau/", form(TAGGED, do="explain", who="kermarec")).content.decode()
    assert "Voici des noms qui y ressemblent" in page
    assert "pas dans ce tri" not in page
    assert (
        "Personne de ce nom" in office.post(f"{LIST}nouveau/", form(TAGGED, do="explain", who="xyzzy")).content.decode()
    )


def test_what_is_known_is_told_where_a_condition_does_not_hold(office: TenantClient, people: list[Person]) -> None:
    Person.objects.filter(pk=people[1].pk).update(postcode="29000", city="Quimper")
    rows = [("age.between", {"low": "18", "high": "30"}), ("place.postcodes", {"text": "13001"})]
    page = office.post(f"{LIST}nouveau/", form(*rows, do="explain", who="kermarrec")).content.decode()
    assert "habite 29000 Quimper" in page
    assert re.search(r"– non <span class=\"discret\">\(\d\d ans\)", page)
    page = office.post(f"{LIST}nouveau/", form(*rows, do="explain", who="hoarau")).content.decode()
    assert "(date de naissance inconnue)" in page
    assert "(adresse inconnue)" in page


def test_asking_keeps_the_way_to_all_of_the_segment(
    office: TenantClient, people: list[Person], segment: Segment
) -> None:
    as_kept, changed = ("age.between", {"low": "", "high": "30"}), ("age.between", {"low": "", "high": "31"})
    way = f"/bureau/personnes/?segment={segment.pk}"
    for row, is_there in ((as_kept, True), (changed, False)):
        page = office.post(f"{LIST}{segment.pk}/", form(row, do="explain", who="diallo")).content.decode()
        counted = office.post(f"{LIST}compte/?segment={segment.pk}", form(row, do="explain", who="diallo")).json()
        assert [way in part for part in (page, counted["panel"], counted["people"])] == [is_there] * 3
    assert f'data-count-url="{LIST}compte/?segment={segment.pk}"' in page


def test_names_are_offered(office: TenantClient, people: list[Person]) -> None:
    assert office.get(f"{LIST}suggestions/?what=tags.any&q=BEN").json() == {"suggestions": ["bénévole"]}
    assert "Marseille (13)" in office.get(f"{LIST}suggestions/?what=place.communes&q=marse").json()["suggestions"]
    assert office.get(f"{LIST}suggestions/?what=voted.for&q=x").json() == {"suggestions": []}


def test_a_name_that_is_taken_is_told_at_the_name(office: TenantClient, people: list[Person], segment: Segment) -> None:
    other = add_segment(name="Autre", criteria={}, by=None, now=timezone.now())
    for address, version in ((f"{LIST}nouveau/", "0"), (f"{LIST}{other.pk}/", "1")):
        refused = office.post(address, form(TAGGED, do="save", name="JEUNES de la ville", version=version))
        assert refused.status_code == 422
        assert refused.context["form"].errors == {"name": ["Un autre tri porte ce nom. Choisissez-en un autre."]}
        assert 'value="JEUNES de la ville"' in refused.content.decode()


def test_a_change_made_meanwhile_is_told(office: TenantClient, people: list[Person], segment: Segment) -> None:
    fields = {"name": segment.name, "description": "", "do": "save"}
    office.post(f"{LIST}{segment.pk}/", form(TAGGED, **fields | {"version": "1"}))
    rows: list[tuple[str, dict[str, Any]]] = [("age.unknown", {})]
    assert office.post(f"{LIST}{segment.pk}/", form(*rows, **fields | {"version": "1"})).status_code == 422
    segment.refresh_from_db()
    assert segment.version == 2
    assert "tags" in segment.criteria["all"][0]


def test_each_button_of_a_segment_has_its_icon(office: TenantClient, segment: Segment) -> None:
    page = office.get(f"{LIST}{segment.pk}/").content.decode()
    assert re.search(r'value="archive">\s*<svg', page)


def test_a_segment_is_duplicated_and_deleted(office: TenantClient, segment: Segment) -> None:
    copy = office.post(f"{LIST}{segment.pk}/copie/")
    assert Segment.objects.count() == 2
    office.post(f"{copy['Location']}suppression/")
    assert list(Segment.objects.all()) == [segment]


def test_the_history_tells_who_did_what(office: TenantClient, segment: Segment) -> None:
    office.post(
        f"{LIST}{segment.pk}/", form(("age.unknown", {}), name="Sans âge", description="", version="1", do="save")
    )
    page = office.get(f"{LIST}{segment.pk}/historique/").content.decode()
    assert "Sans âge" in page
    assert "Ada Durand" in page


def test_a_tree_that_is_not_understood_is_shown_as_such(office: TenantClient, segment: Segment) -> None:
    Segment.objects.filter(pk=segment.pk).update(criteria={"voted": {"for": "x"}})
    assert "n’atteint donc personne" in office.get(f"{LIST}{segment.pk}/").content.decode()
    assert office.get(LIST).status_code == 200


@pytest.mark.parametrize("role", ["manager", "communications"])
def test_who_writes_messages_may_change_segments(
    office_as: Callable[[str], TenantClient], people: list[Person], role: str
) -> None:
    answer = office_as(role).post(f"{LIST}nouveau/", form(TAGGED, do="save", name="Les bénévoles"))
    assert (answer.status_code, Segment.objects.count()) == (302, 1)


def test_a_reader_reads_only(office_as: Callable[[str], TenantClient], people: list[Person], segment: Segment) -> None:
    reader = office_as("reader")
    page = reader.get(f"{LIST}{segment.pk}/").content.decode()
    assert "Diallo" in page
    assert "Enregistrer le tri" not in page
    posts = [
        f"{LIST}nouveau/",
        f"{LIST}{segment.pk}/",
        f"{LIST}compte/",
        f"{LIST}{segment.pk}/copie/",
        f"{LIST}{segment.pk}/suppression/",
    ]
    assert [reader.post(address, form(TAGGED, do="save", name="X")).status_code for address in posts] == [403] * 5
    assert Segment.objects.get().criteria == YOUNG


def test_strangers_are_sent_to_the_door(site: TenantClient, segment: Segment) -> None:
    for address in [LIST, f"{LIST}{segment.pk}/", f"{LIST}suggestions/?what=tags.any&q=b"]:
        answer = site.get(address)
        assert (answer.status_code, "/bureau/" in answer["Location"]) == (302, True)


def test_another_campaigns_segment_is_not_found(office: TenantClient, other_tenant: TenantFacts) -> None:
    with tenant_context(other_tenant):
        theirs = add_segment(name="Le leur", criteria={}, by=None, now=timezone.now())
    assert "Le leur" not in office.get(LIST).content.decode()
    for part in ["", "historique/", "suppression/"]:
        assert office.get(f"{LIST}{theirs.pk}/{part}").status_code == 404
    assert office.post(f"{LIST}{theirs.pk}/copie/").status_code == 404
