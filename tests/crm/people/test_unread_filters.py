"""A filter that cannot be read shows nobody, in the list as in what is done with it."""

from datetime import datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from crm.fields.services import archive_field, make_field
from crm.people.models import Person
from crm.people.saved_views import keep_view, query_of
from crm.people.selecting import people_selected, selection_of
from tenants.facts import TenantFacts
from tenants.users.models import User

LIST = "/bureau/personnes/"


@pytest.fixture
def people(tenant: TenantFacts, now: datetime) -> None:
    for name in ("Diallo", "Durand"):
        Person.objects.create(last_name=name, created_at=now)


def selected(query: str) -> int:
    user = User.objects.get(email="owner@example.org")
    return people_selected(selection_of(QueryDict(query), user=user), now=timezone.now()).count()


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("tag=99999", "Étiquette"),
        ("level=x", "Soutien"),
        ("departement=99x", "Département"),
        ("lacks=sense", "À corriger"),
        (f"q={'d' * 201}", "mots cherchés"),
        ("f77=8", "f77"),
        ("f1=abc", "Taille"),
        ("f1-to=abc", "Taille"),
    ],
)
def test_nobody_is_shown(people: None, office: Any, query: str, label: str) -> None:
    make_field(name="Taille", kind="number")
    page = office.get(f"{LIST}?{query}")
    assert (len(page.context["people"]), page.context["count"].number, selected(query)) == (0, 0, 0)
    assert label in page.context["unread"][0]
    assert "Personne n’est affiché" in page.content.decode()
    name, value = query.split("=")
    if name == "q":
        assert f'value="{value}"' in page.content.decode()
    else:
        chip = page.context["chips"][-1]
        assert (chip["value"], chip["url"]) == (value, "?view=all")


def test_nor_beside_filters_that_hold(people: None, office: Any) -> None:
    page = office.get(f"{LIST}?q=diallo&tag=99999&sort=name")
    assert page.context["rows"] == []
    assert page.context["chips"][-1]["url"] == "?q=diallo&sort=name"


def test_a_view_on_a_field_that_was_archived(people: None, office: Any) -> None:
    field = make_field(name="Taille", kind="number")
    query = f"f{field.key}=8"
    view = keep_view(
        view=None,
        name="Grands",
        query=query,
        columns=[],
        by=User.objects.get(email="owner@example.org").pk,
        is_shared=False,
        is_default=False,
    )
    archive_field(field=field, now=timezone.now())
    page = office.get(f"{LIST}?{query_of(view)}")
    assert (page.context["rows"], page.context["unread"]) == ([], ["Taille"])
    assert selected(query) == 0


def test_an_order_is_no_filter(people: None, office: Any) -> None:
    page = office.get(f"{LIST}?q=d&sort=f77")
    assert (len(page.context["people"]), selected("q=d&sort=f77")) == (2, 2)
