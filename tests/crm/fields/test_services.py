"""A campaign's own fields: made, put in order, archived."""

from datetime import datetime

import pytest

from crm.fields import services
from crm.fields.models import INDEXED, CustomField, FieldChoice
from crm.fields.queries import active_fields, field_named
from tenants.facts import TenantFacts
from tests.crm.fields.making import one_of_each


def names() -> list[str]:
    return [field.name for field in active_fields()]


def test_numbers_and_dates_get_the_keys_that_are_indexed(tenant: TenantFacts) -> None:
    fields = one_of_each()
    assert {kind: field.key in INDEXED for kind, field in fields.items()} == {
        "text": False, "number": True, "date": True, "choice": False, "choices": False, "yes_no": False,
    }  # fmt: skip
    for number in range(10):
        services.make_field(name=f"Nombre {number}", kind="number")
    keys = list(CustomField.objects.values_list("key", flat=True))
    assert len(set(keys)) == len(keys) == 16
    assert set(INDEXED) <= set(keys)


@pytest.mark.parametrize("name", ["Taille", "TAILLE", " taille ", "táille!"])
def test_two_fields_never_have_one_name(tenant: TenantFacts, name: str) -> None:
    one_of_each()
    with pytest.raises(services.FieldNameTaken):
        services.make_field(name=name, kind="text")


def test_a_field_is_found_as_files_write_it(tenant: TenantFacts) -> None:
    one_of_each()
    found = field_named("affiches_collees")
    assert found is not None
    assert found.name == "Affiches collées"


def test_fields_move_by_one_place_and_not_beyond_the_ends(tenant: TenantFacts) -> None:
    fields = one_of_each()
    services.move_field(field=fields["number"], by=-1)
    services.move_field(field=fields["number"], by=-1)
    assert names()[:2] == ["Affiches collées", "Nom de scène"]
    services.move_field(field=fields["yes_no"], by=1)
    assert names()[-1] == "A une voiture"


def test_an_archived_field_keeps_its_name_and_comes_back(tenant: TenantFacts, now: datetime) -> None:
    fields = one_of_each()
    services.archive_field(field=fields["choice"], now=now)
    assert "Taille" not in names()
    with pytest.raises(services.FieldNameTaken):
        services.make_field(name="Taille", kind="text")
    services.restore_field(field=fields["choice"])
    assert "Taille" in names()


def test_renaming_keeps_kind_and_key(tenant: TenantFacts) -> None:
    field = one_of_each()["choice"]
    services.change_field(field=field, name="Taille de T-shirt", help_text="Coupe droite", is_sensitive=False)
    changed = CustomField.objects.get(pk=field.pk)
    assert (changed.key, changed.kind, changed.folded) == (field.key, "choice", "taille de t shirt")
    with pytest.raises(services.FieldNameTaken):
        services.change_field(field=changed, name="adhesion", help_text="", is_sensitive=False)


def test_choices_are_made_once_renamed_moved_and_archived(tenant: TenantFacts, now: datetime) -> None:
    field = one_of_each()["choice"]
    assert len(services.ensure_choices(field=field, names=["m", "XL", "xl "])) == 2
    assert [choice.name for choice in field.choices.all()] == ["S", "M", "L", "XL"]
    with pytest.raises(services.FieldNameTaken):
        services.add_choice(field=field, name="s")
    small, medium = FieldChoice.objects.filter(field=field)[:2]
    with pytest.raises(services.FieldNameTaken):
        services.rename_choice(choice=small, name="m")
    services.rename_choice(choice=small, name="Petite")
    services.move_choice(choice=medium, by=-1)
    services.archive_choice(choice=FieldChoice.objects.get(field=field, name="XL"), now=now)
    offered = [choice.name for choice in CustomField.objects.get(pk=field.pk).offered]
    assert offered == ["M", "Petite", "L"]


def test_a_field_takes_no_more_choices_than_a_screen_shows(tenant: TenantFacts) -> None:
    field = one_of_each()["choice"]
    found = services.ensure_choices(field=field, names=[f"Choix {number}" for number in range(300)])
    assert len(found) == services.MOST_CHOICES - 3
    assert FieldChoice.objects.filter(field=field).count() == services.MOST_CHOICES
    with pytest.raises(services.TooMany):
        services.add_choice(field=field, name="encore un")


@pytest.mark.parametrize("name", ["Intention de vote", "parti", "Religion"])
def test_a_field_that_tells_an_opinion_is_sensitive_whoever_makes_it(tenant: TenantFacts, name: str) -> None:
    field = services.make_field(name=name, kind="text")
    assert field.is_sensitive
    services.change_field(field=field, name=name, help_text="", is_sensitive=False)
    field.refresh_from_db()
    assert field.is_sensitive


def test_names_of_letters_that_become_two_are_kept(tenant: TenantFacts) -> None:
    field = services.make_field(name="ß" * 80, kind="choice", choices=["S"])
    services.change_field(field=field, name="œ" * 80, help_text="", is_sensitive=False)
    choice = FieldChoice.objects.get(field=field)
    services.rename_choice(choice=choice, name="ß" * 100)
    assert (len(field.name), len(choice.name)) == (80, 100)
