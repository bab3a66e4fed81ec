"""What is typed, in the one form that is kept; and in words."""

from datetime import date
from typing import Any

import pytest
from django.utils.translation import override

from crm.fields.values import ValueUnreadable, read_value, shown_value
from tenants.facts import TenantFacts
from tests.crm.fields.making import choice, one_of_each


@pytest.mark.parametrize(
    ("kind", "told", "kept"),
    [
        ("text", "  Zaz \n la\x00 Rouge ", "Zaz la Rouge"),
        ("number", "1 234,50", 1234.5),
        ("number", "12", 12),
        ("number", 12.0, 12),
        ("date", "31/12/2025", "2025-12-31"),
        ("date", date(2026, 3, 15), "2026-03-15"),
        ("yes_no", "Oui", True),
        ("yes_no", "non", False),
        ("yes_no", False, False),
        ("text", "   ", None),
        ("choices", [], None),
    ],
)
def test_values_are_read(tenant: TenantFacts, kind: str, told: Any, kept: Any) -> None:
    assert read_value(one_of_each()[kind], told) == kept


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("text", "x" * 501),
        ("number", "douze"),
        ("number", "inf"),
        ("number", "nan"),
        ("number", True),
        ("number", "1e15"),
        ("date", "31/02/2025"),
        ("date", "2025"),
        ("choice", "XXL"),
        ("choice", 999_999),
        ("choice", True),
        ("choices", "coller, dormir"),
        ("yes_no", "peut-être"),
    ],
)
def test_what_is_no_value_is_refused(tenant: TenantFacts, kind: str, told: Any) -> None:
    with pytest.raises(ValueUnreadable):
        read_value(one_of_each()[kind], told)


def test_choices_are_read_by_name_and_shown_in_words(tenant: TenantFacts) -> None:
    fields = one_of_each()
    medium = choice(fields["choice"], "M")
    assert read_value(fields["choice"], " m ") == read_value(fields["choice"], medium) == medium
    wishes = read_value(fields["choices"], "ecrire; COLLER")
    assert wishes == sorted([choice(fields["choices"], "Coller"), choice(fields["choices"], "Écrire")])
    assert shown_value(fields["choices"], wishes) == "Coller, Écrire"
    with override("fr"):
        assert shown_value(fields["number"], 1234.5) == "1\xa0234,5"
        assert shown_value(fields["date"], "2026-03-15") == "15 mars 2026"
        assert shown_value(fields["yes_no"], False) == "non"
