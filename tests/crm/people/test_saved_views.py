"""Views of the list: kept, shared, opened first; filters and orders by the campaign's own fields; ticked people taken along."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.urls import reverse

from crm.consent.services import Source
from crm.people.list_columns import DEFAULT
from crm.people.models import ListChoice, Person, SavedView
from crm.people.paging import PAGE
from crm.people.selecting import people_selected, selection_of
from crm.people.services import ContactData, capture
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tests.crm.fields.making import choice, one_of_each

FORM = Source(kind="form", reference="form:1")
LIST = "/bureau/personnes/"


def person(now: datetime, name: str, *, postcode: str = "", **custom: Any) -> Person:
    contact = ContactData(last_name=name, postcode=postcode, custom=custom)
    return Person.objects.get(pk=capture(contact=contact, kind="signed_up", source=FORM, now=now).person_id)


def names(page: Any) -> list[str]:
    return [one.last_name for one in page.context["people"]]


def keep(client: Any, name: str, query: str = "departement=13", **told: Any) -> SavedView:
    client.post(reverse("people:view_add"), {"name": name, "query": query, "columns": ["town", "email"], **told})
    return SavedView.objects.get(name=name)


def test_a_view_brings_back_filters_and_columns(tenant: TenantFacts, office: Any, now: datetime) -> None:
    person(now, "Durand", postcode="13001")
    person(now, "Martin", postcode="75001")
    view = keep(office, "Les Bouches-du-Rhône", "departement=13&sort=name&after=abc&view=3")

    assert view.query == "departement=13&sort=name"
    page = office.get(f"{LIST}?{view.query}&view={view.pk}")
    assert names(page) == ["Durand"]
    assert [column.key for column in page.context["columns"]] == ["town", "email"]
    assert [column.key for column in office.get(LIST).context["columns"]] == list(DEFAULT)


def test_the_default_opens_the_list_and_everyone_is_one_link_away(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    person(now, "Durand", postcode="13001")
    person(now, "Martin", postcode="75001")
    view = keep(office, "Sud", is_default="on")

    opened = office.get(LIST)
    assert opened.url == f"{LIST}?departement=13&view={view.pk}"
    assert names(office.get(f"{LIST}?view=all")) == ["Martin", "Durand"]
    chip = office.get(opened.url).context["chips"][0]
    assert len(names(office.get(f"{LIST}{chip['url']}"))) == 2  # the filter is gone and does not come back
    office.post(reverse("people:view_delete", args=[view.pk]))
    assert office.get(LIST).status_code == 200
    assert ListChoice.objects.get().view is None


def test_a_private_view_is_nobody_elses(tenant: TenantFacts, office_as: Callable[[str], Any], now: datetime) -> None:
    ada, manager = office_as("owner"), office_as("manager")
    own, shared = keep(ada, "Pour moi"), keep(ada, "Pour toutes", is_shared="on")

    assert [view.pk for view, _query in manager.get(f"{LIST}?view=all").context["views"]] == [shared.pk]
    for name in ("view", "view_update", "view_delete"):
        assert manager.post(reverse(f"people:{name}", args=[own.pk])).status_code == 404, name
    # Who keeps the file in order may change a shared one; the others may only open their list with it.
    manager.post(reverse("people:view", args=[shared.pk]), {"name": "Pour toute l’équipe", "is_shared": "on"})
    shared.refresh_from_db()
    assert (shared.name, shared.owner_id) == ("Pour toute l’équipe", own.owner_id)
    chloe = office_as("communications")
    chloe.post(reverse("people:view", args=[shared.pk]), {"name": "À moi", "is_default": "on"})
    assert SavedView.objects.get(pk=shared.pk).name == "Pour toute l’équipe"
    assert chloe.get(LIST).status_code == 302
    assert chloe.post(reverse("people:view_delete", args=[shared.pk])).status_code == 404
    ada.post(reverse("people:view", args=[shared.pk]), {"name": "Pour moi aussi"})  # shared no more
    assert chloe.get(LIST).status_code == 200


def test_who_changes_nothing_shares_nothing(
    tenant: TenantFacts, office_as: Callable[[str], Any], now: datetime
) -> None:
    person(now, "a")
    reader = office_as("reader")
    view = keep(reader, "Pour moi", is_shared="on")
    assert not view.is_shared
    reader.post(reverse("people:view", args=[view.pk]), {"name": "Encore", "is_shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("Encore", False)
    offered = b'name="is_shared"'
    for path in (f"{LIST}?departement=13", reverse("people:view", args=[view.pk])):
        assert offered not in reader.get(path).content
    office = office_as("owner")
    own = keep(office, "Pour toutes", is_shared="on")
    for path in (f"{LIST}?departement=13", reverse("people:view", args=[own.pk])):
        assert offered in office.get(path).content


def test_a_change_of_name_leaves_a_view_as_it_is_shared(tenant: TenantFacts, office_as: Callable[[str], Any]) -> None:
    """She could share when she did."""
    reader = office_as("reader")
    view = keep(reader, "Pour toutes")
    SavedView.objects.update(is_shared=True)
    reader.post(reverse("people:view", args=[view.pk]), {"name": "Pour tout le monde"})
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("Pour tout le monde", True)


def test_two_views_of_one_name_tell_whose_they_are(
    tenant: TenantFacts, office_as: Callable[[str], Any], now: datetime
) -> None:
    person(now, "a")
    ada, boris = office_as("owner"), office_as("manager")
    keep(ada, "Été", is_shared="on")
    keep(boris, "ete")
    keep(boris, "Hiver")
    for path in (f"{LIST}?view=all", reverse("people:views")):
        page = boris.get(path).content.decode()
        assert "Été (Ada Durand)</a>" in page
        assert "ete (Boris Durand)</a>" in page
        assert "Hiver</a>" in page
        assert "Été</a>" in ada.get(path).content.decode()


def test_a_view_that_is_refused_says_why(tenant: TenantFacts, office: Any) -> None:
    for name, reason in (("", "Donnez un nom à la vue."), ("é" * 81, "80")):
        answer = office.post(reverse("people:view_add"), {"name": name, "query": "departement=13"}, follow=True)
        assert reason in str(next(iter(answer.context["messages"])))


def test_names_are_taken_once_and_changes_are_kept(tenant: TenantFacts, office: Any) -> None:
    view = keep(office, "Été")
    office.post(reverse("people:view_add"), {"name": "ete", "query": "departement=13"})
    assert SavedView.objects.count() == 1
    page = office.get(f"{LIST}?departement=75&view={view.pk}")
    assert page.context["may_update"]
    office.post(reverse("people:view_update", args=[view.pk]), {"query": "departement=75", "columns": ["tags"]})
    view.refresh_from_db()
    assert (view.query, view.columns) == ("departement=75", ["tags"])
    assert not office.get(f"{LIST}?departement=75&view={view.pk}").context["may_update"]


def test_columns_last_wherever_she_signs_in(tenant: TenantFacts, office_as: Callable[[str], Any]) -> None:
    here, there, other = office_as("owner"), office_as("owner"), office_as("reader")
    here.post(reverse("people:columns"), {"columns": ["email", "town", "nonsense"]})
    assert [column.key for column in there.get(f"{LIST}?view=all").context["columns"]] == ["town", "email"]
    assert [column.key for column in other.get(f"{LIST}?view=all").context["columns"]] == list(DEFAULT)


@pytest.mark.parametrize(
    ("kind", "values", "query", "found"),
    [
        ("text", {"a": "Grand-Père", "b": "non"}, "{}=pere", ["a"]),
        ("number", {"a": "9", "b": "10", "c": "200"}, "{}=9,5&{}-to=150", ["b"]),
        ("date", {"a": "2026-03-01", "b": "2026-04-01"}, "{}-to=2026-03-15", ["a"]),
        ("yes_no", {"a": "oui", "b": "non"}, "{}=0", ["b"]),
        ("yes_no", {"a": "oui"}, "{}=known", ["a"]),
        ("yes_no", {"a": "oui"}, "{}=unknown", ["nothing"]),
    ],
)
def test_own_fields_filter_the_list(
    tenant: TenantFacts, office: Any, now: datetime, kind: str, values: dict[str, str], query: str, found: list[str]
) -> None:
    field = one_of_each()[kind]
    for name, value in values.items():
        person(now, name, **{str(field.key): value})
    person(now, "nothing")
    asked = query.replace("{}", f"f{field.key}")

    page = office.get(f"{LIST}?{asked}")

    assert names(page) == found
    assert page.context["chips"][0]["label"].startswith(field.name)
    assert [one.last_name for one in people_selected(selection_of(QueryDict(asked), user=None), now=now)] == found


def test_own_choices_filter_and_what_is_archived_means_nobody(tenant: TenantFacts, office: Any, now: datetime) -> None:
    fields = one_of_each()
    for name, size in (("a", "M"), ("b", "S")):
        custom: dict[str, Any] = {str(fields["choice"].key): choice(fields["choice"], size)}
        person(now, name, **custom)
    asked = f"f{fields['choice'].key}={choice(fields['choice'], 'M')}"
    assert names(office.get(f"{LIST}?{asked}")) == ["a"]

    fields["choice"].archived_at = now
    fields["choice"].save()

    assert names(office.get(f"{LIST}?{asked}")) == []
    assert list(people_selected(selection_of(QueryDict(asked), user=None), now=now)) == []


@pytest.mark.parametrize("kind", ["text", "number", "date", "choice", "yes_no"])
def test_the_order_of_an_own_field_goes_over_the_pages_and_back(
    tenant: TenantFacts, office: Any, now: datetime, kind: str
) -> None:
    field = one_of_each()[kind]
    sizes = list(field.choice_names)
    tell: dict[str, Callable[[int], Any]] = {
        "text": lambda number: f"Étage {number % 7}",
        "number": lambda number: str(number % 9),
        "date": lambda number: f"2026-01-{number % 27 + 1:02}",
        "choice": lambda number: sizes[number % len(sizes)],
        "yes_no": lambda number: "oui" if number % 2 else "non",
    }
    for number in range(PAGE + 20):  # of whom some tell nothing: they come last, newest first
        custom = {} if number % 3 == 0 else {str(field.key): tell[kind](number)}
        person(now, f"n{number:02}", **custom)

    first = office.get(f"{LIST}?sort=f{field.key}")
    second = office.get(LIST + first.context["after_url"])
    back = office.get(LIST + second.context["before_url"])

    rows = [*first.context["people"], *second.context["people"]]
    values = [one.custom.get(str(field.key)) for one in rows]
    known = [value for value in values if value is not None]
    assert len({one.pk for one in rows}) == PAGE + 20
    assert len(known) == (PAGE + 20) * 2 // 3
    assert values[len(known) :] == [None] * (PAGE + 20 - len(known))
    assert known == sorted(known, key=(sizes.index) if kind == "choice" else None)
    assert [one.pk for one in back.context["people"]] == [one.pk for one in rows[:PAGE]]
    assert second.context["after_url"] == ""


@pytest.mark.parametrize("cursor", ["abc", "WzcsIDFd", "W10", "WzAsICJ4IiwgIngiXQ"])
def test_a_cursor_that_was_meddled_with_is_the_first_page(
    tenant: TenantFacts, office: Any, now: datetime, cursor: str
) -> None:
    person(now, "Durand")
    assert names(office.get(f"{LIST}?after={cursor}")) == ["Durand"]


def test_the_ticked_are_taken_along(tenant: TenantFacts, office_as: Callable[[str], Any], now: datetime) -> None:
    ids = [person(now, name).pk for name in ("a", "b")]
    owner, reader = office_as("owner"), office_as("reader")

    bulk = owner.post(reverse("people:go_on"), {"go": "bulk:choose", "ids": ids})
    assert bulk.url == f"/bureau/personnes/actions/?ids={ids[0]}&ids={ids[1]}"
    assert owner.get(bulk.url).context["count"] == 2
    export = owner.post(reverse("people:go_on"), {"go": "exports:new", "ids": ids[:1]})
    assert export.url == f"/bureau/personnes/exports/nouveau/?ids={ids[0]}"
    assert owner.post(reverse("people:go_on"), {"go": "bulk:choose"}).url == LIST
    assert owner.post(reverse("people:go_on"), {"go": "people:add", "ids": ids}).url == LIST
    assert reader.post(reverse("people:go_on"), {"go": "exports:new", "ids": ids}).url == LIST
    assert b'name="go" value="bulk:choose"' in owner.get(LIST).content


def test_another_campaigns_views_are_not_there(
    tenant: TenantFacts, other_tenant: TenantFacts, office: Any, now: datetime
) -> None:
    with tenant_context(other_tenant):
        theirs = SavedView.objects.create(name="Leur vue", owner_id=1, is_shared=True)
    assert b"Leur vue" not in office.get(f"{LIST}vues/").content
    assert office.get(reverse("people:view", args=[theirs.pk])).status_code == 404
