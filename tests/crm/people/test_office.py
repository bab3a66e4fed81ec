"""The screens of people in the office."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import find
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.consent.services import Source
from crm.people.models import Note, Person, PersonChange, Tag
from crm.people.services import ContactData, capture
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tests.crm.people.arriving import person


def test_the_list_asks_as_much_for_fifty_people_as_for_one(tenant: TenantFacts, office: Any, now: datetime) -> None:
    person(now, tags=("ecology",))
    office.get(reverse("people:list"))
    with CaptureQueriesContext(
        connection,
    ) as one:
        office.get(reverse("people:list"))
    for number in range(1, 50):
        person(now, number, tags=("ecology", "volunteer"), postcode="13001", city="Marseille")

    with CaptureQueriesContext(connection) as fifty:
        page = office.get(reverse("people:list"))

    assert page.content.count(b'name="ids"') == 50
    assert len(fifty) == len(one)


def test_a_search_and_a_page_of_a_person_ask_little(
    tenant: TenantFacts, office: Any, now: datetime, django_assert_max_num_queries: Any
) -> None:
    """With ten editors at once each query is a millisecond or two of somebody's."""
    ada = person(now, tags=("ecology",), note="Veut tracter.", postcode="01400")
    for path in (f"{reverse('people:list')}?q=durand", ada.get_absolute_url()):
        office.get(path)  # her menu is kept from now on

    with django_assert_max_num_queries(11):
        assert office.get(reverse("people:list"), {"q": "durand"}).context["rows"]
    with django_assert_max_num_queries(25):
        assert office.get(ada.get_absolute_url()).context["agreements"]


def test_the_list_finds_whatever_the_accents(tenant: TenantFacts, office: Any, now: datetime) -> None:
    person(now, 1, first_name="Aïssatou", last_name="Diallo", phone="06 12 34 56 78")
    person(now, 2)

    for text in ("aissatou", "DIALLO ais", "p1@exa", "0612 34", "+33612"):
        page = office.get(reverse("people:list"), {"q": text}).content.decode()
        assert "Diallo, Aïssatou" in page, text
        assert "Durand2" not in page


def test_the_pages_follow_each_other_and_back(tenant: TenantFacts, office: Any, now: datetime) -> None:
    for number in range(60):
        person(now, number)

    first = office.get(reverse("people:list"))
    second = office.get(reverse("people:list") + first.context["after_url"])
    back = office.get(reverse("people:list") + second.context["before_url"])

    shown = [one.pk for one in [*first.context["people"], *second.context["people"]]]
    assert len(shown) == len(set(shown)) == 60
    assert [one.pk for one in back.context["people"]] == shown[:50]
    assert not back.context["before_url"]


def test_names_follow_the_dictionary_over_the_pages(tenant: TenantFacts, office: Any, now: datetime) -> None:
    for number, last in enumerate(["Zola", "Étienne", "eluard", "Durand"] * 14):
        person(now, number, last_name=last, first_name=f"A{number:02}")

    first = office.get(reverse("people:list"), {"sort": "name"})
    second = office.get(reverse("people:list") + first.context["after_url"])

    rows = [*first.context["people"], *second.context["people"]]
    assert [one.last_name for one in rows] == ["Durand"] * 14 + ["eluard"] * 14 + ["Étienne"] * 14 + ["Zola"] * 14
    assert len({one.pk for one in rows}) == 56


@pytest.mark.parametrize(
    "query", ["channel=email", "departement=13", "commune=13055", "tag=TAG", "since=7", "source=form", "level=2"]
)
def test_each_filter_keeps_who_fits(tenant: TenantFacts, office: Any, query: str) -> None:
    from django.utils import timezone  # noqa: PLC0415 -- slow import

    now = timezone.now()
    person(now, 1, postcode="13001", city="Marseille", tags=("ecology",), support_level=2)
    capture(
        contact=ContactData(last_name="Autre"),
        kind="imported",
        source=Source("import", "import:1"),
        now=now - timedelta(days=365),
    )
    query = query.replace("TAG", str(Tag.objects.get().pk))

    page = office.get(f"{reverse('people:list')}?{query}").content.decode()

    assert "Durand1" in page
    assert "Autre</a>" not in page


def test_the_page_of_a_person_tells_the_proof(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, tags=("ecology",), note="Veut tracter.", postcode="01400")

    page = office.get(ada.get_absolute_url()).content.decode()

    assert "Oui, écrivez-moi." in page
    assert "ecology" in page
    assert page.count("Veut tracter.") == 1


def test_another_campaign_does_not_have_her(
    tenant: TenantFacts, other_tenant: TenantFacts, office: Any, now: datetime
) -> None:
    with tenant_context(other_tenant):
        stranger = person(now)

    assert office.get(reverse("people:person", args=[stranger.uuid])).status_code == 404


@pytest.mark.parametrize("name", ["edit", "consent", "erase", "note", "withdraw", "tag", "keep"])
def test_a_reader_changes_nothing(
    tenant: TenantFacts, office_as: Callable[[str], Any], now: datetime, name: str
) -> None:
    ada = person(now)
    reader = office_as("reader")

    page = reader.get(ada.get_absolute_url()).content.decode()
    answer = reader.post(reverse(f"people:{name}", args=[ada.uuid]), {"text": "x"})

    assert answer.status_code == 403
    assert reverse("people:edit", args=[ada.uuid]) not in page
    assert not Note.objects.exists()


def test_a_postcode_of_several_communes_is_asked(tenant: TenantFacts, office: Any) -> None:
    page = office.post(
        reverse("people:add"), {"last_name": "Faure", "postcode": "01400", "relationship": "regular", "key": "k"}
    )

    assert page.context["form"].asks_commune
    assert "Châtillon-sur-Chalaronne" in page.content.decode()


def test_a_change_by_hand_is_kept_with_its_reason(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    told = {"first_name": "Adèle", "last_name": "Durand", "relationship": "member", "language": "fr"}

    office.post(
        reverse("people:edit", args=[ada.uuid]), {**told, "reason": "She called.", "email": "adele@example.org"}
    )

    ada.refresh_from_db()
    assert (ada.first_name, ada.email, ada.relationship) == ("Adèle", "adele@example.org", "member")
    fields, addresses = PersonChange.objects.filter(reason="She called.").order_by("pk")
    assert fields.changes["first_name"] == ["Ada", "Adèle"]
    assert addresses.changes["contacts"] == ["", "adele@example.org"]


@pytest.mark.parametrize(("code", "name"), [("de", "allemand"), ("zz", "zz"), ("", "une autre")])
def test_a_language_that_a_file_brought_outlives_a_change_by_hand(
    tenant: TenantFacts, office: Any, now: datetime, code: str, name: str
) -> None:
    ada = person(now)
    Person.objects.filter(pk=ada.pk).update(language=code)
    address = reverse("people:edit", args=[ada.uuid])

    language: Any = office.get(address).context["form"]["language"]
    chosen = [one.data for one in language.subwidgets if one.data["selected"]]
    told = {"first_name": "Adèle", "relationship": "member", "language": chosen[0]["value"]}
    office.post(address, told)

    assert [one["label"] for one in chosen] == [name]
    ada.refresh_from_db()
    assert (ada.first_name, ada.language) == ("Adèle", code)


def test_erasing_asks_for_the_name(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now)
    url = reverse("people:erase", args=[ada.uuid])

    assert office.post(url, {"name": "Somebody"}).status_code == 200
    ada.refresh_from_db()
    assert ada.erase_requested_at is None

    office.post(url, {"name": "ada durand0"})
    ada.refresh_from_db()
    assert ada.erase_requested_at is not None
    office.post(reverse("people:keep", args=[ada.uuid]))
    ada.refresh_from_db()
    assert ada.can_email


def test_tags_are_renamed_merged_and_deleted(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, tags=("ecology", "climate"))
    ecology, climate = Tag.objects.get(name="ecology"), Tag.objects.get(name="climate")

    office.post(reverse("people:tag_change", args=[ecology.pk]), {"name": "Écologie", "color": "oui"})
    office.post(reverse("people:tag_merge", args=[climate.pk]), {"into": ecology.pk})
    ada.refresh_from_db()
    assert (ada.tag_ids, Tag.objects.get().name) == ([ecology.pk], "Écologie")

    office.post(reverse("people:tag_delete", args=[ecology.pk]))
    ada.refresh_from_db()
    assert ada.tag_ids == []


def test_the_dashboard_tells_who_came_and_who_may_be_written_to(tenant: TenantFacts, office: Any) -> None:
    from django.utils import timezone  # noqa: PLC0415 -- slow import

    person(timezone.now())

    page = office.get(reverse("wagtailadmin_home")).content.decode()

    assert 'id="people-gained"' in page
    assert 'id="people-reach"' in page


def test_communes_complete_themselves(tenant: TenantFacts, office: Any) -> None:
    found = office.get(reverse("communes"), {"q": "saint-et"}).json()["communes"]

    assert (found[0]["code"], found[0]["name"]) == ("42218", "Saint-Étienne")


def test_what_is_used_less_stands_behind_one_button_on_a_phone_too(office: Any, now: datetime) -> None:
    person(now)

    page = office.get(reverse("people:list")).content.decode()

    folded = page.split('<details class="iso-plus">')[1].split("</details>")[0]
    for name in ("people:relationships", "people:tags", "fields:index", "bulk:choose"):
        assert f'href="{reverse(name)}"' in folded, name
        assert page.count(f'class="button button-secondary" href="{reverse(name)}"') == 2, name
    assert reverse("people:add") not in folded


def test_a_long_address_breaks_between_its_parts(tenant: TenantFacts, office: Any, now: datetime) -> None:
    ada = person(now, email="ada.durand@mairie.example.org", first_name="", last_name="")

    for page in (reverse("people:list"), ada.get_absolute_url(), f"{ada.get_absolute_url()}modifier/"):
        assert "ada<wbr>.durand@<wbr>mairie<wbr>.example<wbr>.org" in office.get(page).content.decode(), page


def test_a_place_known_by_its_departement_alone_is_told_by_its_name(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    person(now, 1, postcode="13001", city="Marseille")
    Person.objects.create(first_name="Zoé", departement_code="13")

    page = office.get(reverse("people:list")).content.decode()

    assert "<td>Marseille (13)</td>" in page
    assert "<td>Bouches-du-Rhône (13)</td>" in page


def test_all_that_can_be_done_with_the_ticked_people_is_within_a_narrow_screen(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    """Below a desk's width only the tag stands in the bar; the rest is behind one button, and nothing scrolls sideways."""
    person(now)
    bar = office.get(reverse("people:list")).content.decode().split('class="pied-masse"')[1].split("</section>")[0]
    spread, folded = bar.split('<details class="iso-plus">')
    for url_name in ("exports:new", "bulk:choose"):
        assert f'value="{url_name}"' in spread.split('class="iso-etales"')[1]
        assert f'value="{url_name}"' in folded
    style = Path(str(find("office/office.css"))).read_text(encoding="utf-8")
    assert not re.search(r"\.pied-masse[^{}]*\{[^}]*overflow-x:auto", style)
