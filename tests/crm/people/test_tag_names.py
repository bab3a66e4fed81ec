"""A comma or semicolon separates tags wherever they are typed or read: no new one has it in its name."""

from typing import Any

import pytest

from crm.people.models import Person, Tag
from tenants.facts import TenantFacts

TAGS = "/bureau/personnes/etiquettes/"
LIST = "/bureau/personnes/"
SEVERAL = "ni virgule ni point-virgule"


@pytest.fixture
def ada(tenant: TenantFacts) -> Person:
    return Person.objects.create(first_name="Ada")


def names() -> set[str]:
    return set(Tag.objects.values_list("name", flat=True))


@pytest.mark.parametrize("name", ["presse, radio", "presse; radio"])
def test_no_such_tag_is_made_wherever_it_is_typed(office: Any, ada: Person, name: str) -> None:
    presse = Tag.objects.create(name="presse")
    made = office.post(f"{TAGS}ajouter/", {"name": name})
    assert SEVERAL in made.content.decode()
    assert f'value="{name}"' in made.content.decode()
    renamed = office.post(f"{TAGS}{presse.pk}/", {"name": name}, follow=True)
    assert SEVERAL in renamed.content.decode()
    ticked = office.post(f"{LIST}etiqueter/", {"ids": [ada.pk], "tag": name}, follow=True)
    assert SEVERAL in ticked.content.decode()
    many = office.post("/bureau/personnes/actions/", {"action": "tag", "tag": name})
    assert many.status_code == 422
    assert SEVERAL in many.content.decode()
    assert names() == {"presse"}


def test_one_that_came_before_is_still_put_and_colored(office: Any, ada: Person) -> None:
    tag = Tag.objects.create(name="presse, radio")
    office.post(f"{TAGS}{tag.pk}/", {"name": "Presse, radio", "color": "oui"})
    office.post(f"{LIST}etiqueter/", {"ids": [ada.pk], "tag": "presse, radio"})
    ada.refresh_from_db()
    assert (names(), ada.tag_ids) == ({"Presse, radio"}, [tag.pk])


def test_several_are_put_on_one_person_at_once(office: Any, ada: Person) -> None:
    office.post(f"{LIST}{ada.uuid}/etiquettes/", {"tags": "presse; radio, télé"})
    assert names() == {"presse", "radio", "télé"}
