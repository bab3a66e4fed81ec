"""Conditions on the campaign's own fields, beside what the random trees show."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from crm.fields.models import CustomField
from crm.fields.services import archive_field
from crm.people.models import Person
from crm.segments.builder import read_row
from crm.segments.legal import legal_class_of
from crm.segments.queries import people_in, sentence_of
from crm.segments.registry import RawValue, find_by_key
from crm.segments.services import add_segment
from crm.segments.tree import CriteriaInvalid, parse
from tenants.facts import TenantFacts
from tests.crm.fields.making import choice, one_of_each


def plan_of(criteria: dict[str, Any], now: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return str(people_in(criteria, now=now).order_by().values("pk").explain())


def test_equality_and_ranges_are_answered_by_an_index(tenant: TenantFacts, now: datetime) -> None:
    fields = one_of_each()
    keys = {kind: field.key for kind, field in fields.items()}
    Person.objects.bulk_create([Person(custom={str(keys["number"]): number}) for number in range(50)])
    medium, coller = choice(fields["choice"], "M"), choice(fields["choices"], "Coller")
    for criteria, index in (
        ({f"field:{keys['choice']}": {"in": [medium]}}, "people_custom "),
        ({f"field:{keys['choices']}": {"in": [coller]}}, "people_custom "),
        ({f"field:{keys['yes_no']}": {"yes": True}}, "people_custom "),
        ({f"field:{keys['text']}": {"is": ["Zaz"]}}, "people_custom "),
        ({f"field:{keys['number']}": {"between": [3, 5]}}, f"people_custom_{keys['number']} "),
        ({f"field:{keys['date']}": {"between": ["2026-01-01", None]}}, f"people_custom_{keys['date']} "),
        ({f"field:{keys['number']}": {"filled": True}}, f"people_custom_{keys['number']} "),
    ):
        assert index in plan_of(criteria, now), criteria
    assert people_in({f"field:{keys['number']}": {"between": [3, 5]}}, now=now).count() == 3


def test_a_sensitive_field_keeps_its_segments_from_targeting_on_line(tenant: TenantFacts) -> None:
    field = one_of_each()["yes_no"]
    criteria = {f"field:{field.key}": {"yes": True}}
    assert legal_class_of(parse(criteria)).may_target_online
    CustomField.objects.filter(pk=field.pk).update(is_sensitive=True)
    legal = legal_class_of(parse(criteria))
    assert legal.is_selection
    assert not legal.may_target_online


def test_the_builder_offers_fields_and_reads_what_is_typed(tenant: TenantFacts, office: Any) -> None:
    fields = one_of_each()
    page = office.get(reverse("segments:add")).content.decode()
    assert f'value="field:{fields["number"].key}.between"' in page
    row = read_row(f"field:{fields['number'].key}.between", RawValue(low="1,5", high=""))
    assert row.condition
    assert row.condition.value == [1.5, None]
    assert read_row(f"field:{fields['number'].key}.between", RawValue(low="dix")).error
    dated = read_row(f"field:{fields['date'].key}.between", RawValue(parts={"since": "2026-01-01"}))
    assert dated.condition
    assert dated.condition.value == ["2026-01-01", None]


def test_each_condition_goes_to_the_page_and_back(tenant: TenantFacts) -> None:
    fields = one_of_each()
    asked: dict[str, dict[str, Any]] = {
        "text": {"contains": "zaz", "is": ["Journaliste, pigiste", "Zaz", "Zoé; " + "é" * 200]},
        "number": {"between": [-1.5, None]},
        "date": {"between": [None, "2026-03-15"]},
        "choice": {"in": [choice(fields["choice"], "M")]},
        "choices": {"in": sorted([choice(fields["choices"], "Coller"), choice(fields["choices"], "Tracter")])},
        "yes_no": {"yes": True, "no": True, "filled": True, "empty": True},
    }
    for kind, conditions in asked.items():
        for operator, value in conditions.items():
            criterion = find_by_key(f"field:{fields[kind].key}.{operator}")
            assert criterion, (kind, operator)
            row = read_row(criterion.key, criterion.write(criterion.check(value)))
            assert row.condition, row.error
            assert row.condition.value == value
            assert fields[kind].name in f"{criterion.label}{criterion.clause(value)}"


def test_a_segment_on_an_archived_field_is_still_counted_and_shown(
    tenant: TenantFacts, office: Any, now: datetime
) -> None:
    field = one_of_each()["choice"]
    criteria = {f"field:{field.key}": {"in": [choice(field, "M")]}}
    segment = add_segment(name="Médiums", criteria=criteria, by=None, now=now)
    archive_field(field=field, now=now)
    page = office.get(reverse("segments:segment", args=[segment.pk])).content.decode()
    assert f'value="field:{field.key}.in" selected' in page
    assert f'value="field:{field.key}.in"' not in office.get(reverse("segments:add")).content.decode()
    assert "Taille" in sentence_of(criteria)


@pytest.mark.parametrize("name", ["field:77", "field:", "field:-1", "field:99999999"])
def test_a_field_that_never_was_is_told(tenant: TenantFacts, name: str) -> None:
    with pytest.raises(CriteriaInvalid, match=name):
        parse({name: {"filled": True}})


def test_an_answer_with_a_comma_is_matched_to_the_letter(tenant: TenantFacts, now: datetime) -> None:
    field = one_of_each()["text"]
    Person.objects.bulk_create(
        [Person(custom={str(field.key): text}) for text in ("Journaliste, pigiste", "Journaliste", "Zaz")]
    )
    row = read_row(f"field:{field.key}.is", RawValue(text=" Journaliste,  pigiste \r\nZaz\r\n"))
    assert row.condition
    assert people_in({f"field:{field.key}": {"is": row.condition.value}}, now=now).count() == 2
