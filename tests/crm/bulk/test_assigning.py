"""A point person for many at once, and the way back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from crm.consent.services import Source
from crm.people.models import Activity, Person
from crm.people.services import ContactData, capture
from crm.relations.models import Relation
from crm.relations.services import end_relation, relate_people
from crm.runs.models import Run
from tenants.facts import TenantFacts
from tests.crm.bulk.conftest import URL

FORM = Source(kind="form", reference="form:1")
TEAM = Source(kind="office", reference="", actor_id=1)
People = dict[str, Person]


@pytest.fixture
def people(tenant: TenantFacts, now: datetime) -> People:
    """Lucie and Marc look after people; Lucie after the first one already."""
    for name in ("Ada", "Bea", "Cleo", "Lucie", "Marc"):
        place = "13001" if name != "Marc" else "75011"
        contact = ContactData(email=f"{name.lower()}@example.org", first_name=name, last_name="Durand", postcode=place)
        capture(contact=contact, kind="signed_up", source=FORM, now=now)
    found = {one.first_name: one for one in Person.objects.all()}
    relate_people(person=found["Ada"], kind="point_person", other=found["Lucie"], source=TEAM, now=now)
    return found


def looked_after() -> dict[str, str]:
    rows = Relation.objects.filter(kind="point_person")
    return dict(rows.values_list("person__first_name", "other__first_name"))


def test_all_of_them_have_her_and_had_theirs_back(
    people: People, act: Callable[..., Run], take_back: Callable[[Run], None], office: Any
) -> None:
    run = act(action="assign", person="marc@example.org")

    assert looked_after() == dict.fromkeys(("Ada", "Bea", "Cleo", "Lucie"), "Marc")
    assert (run.result["seen"], run.result["changed"], run.parameters["person"]) == (4, 4, people["Marc"].pk)
    assert Activity.objects.filter(kind="point_person_noted", source_reference=f"bulk:{run.pk}").count() == 4
    assert "Marc Durand" in office.get(f"{URL}{run.uuid}/").content.decode()
    take_back(run)
    assert looked_after() == {"Ada": "Lucie"}
    assert Relation.objects.get().source_reference == ""


def test_nobody_is_her_own_and_who_has_her_already_stays(
    people: People, act: Callable[..., Run], take_back: Callable[[Run], None]
) -> None:
    run = act(action="assign", person="Lucie Durand")

    assert looked_after() == dict.fromkeys(("Ada", "Bea", "Cleo"), "Lucie")
    assert run.result["changed"] == 2
    take_back(run)
    assert looked_after() == {"Ada": "Lucie"}


def test_what_was_changed_since_stays(
    people: People, act: Callable[..., Run], take_back: Callable[[Run], None], now: datetime
) -> None:
    run = act(action="assign", person="marc@example.org")
    relate_people(person=people["Bea"], kind="point_person", other=people["Cleo"], source=TEAM, now=now)
    end_relation(person=people["Ada"], kind="point_person", other=people["Marc"], source=TEAM, now=now)

    take_back(run)

    assert looked_after() == {"Bea": "Cleo"}


def test_whom_several_names_may_mean_is_asked(people: People, office: Any) -> None:
    for told, answer in (("", "Nommez"), ("Durand", "ada@example.org"), ("Zoé", "Zoé"), ("#99999", "Nommez")):
        page = office.post(f"{URL}?departement=13", {"action": "assign", "person": told})
        assert page.status_code == 422, told
        assert answer in str(page.context["form"].errors["person"]), told
    assert not Run.objects.exists()


def test_who_is_erased_is_nobodys_point_person(people: People, office: Any, now: datetime) -> None:
    Person.objects.filter(pk=people["Marc"].pk).update(erased_at=now)

    page = office.post(f"{URL}?departement=13", {"action": "assign", "person": f"#{people['Marc'].pk}"})

    assert page.status_code == 422
