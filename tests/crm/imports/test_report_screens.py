"""What stands first on the screens of an import, and what stands back."""

from datetime import datetime

from django.test import Client

from crm.imports.sources import RULES
from tests.crm.imports.importing import received

BUREAU = "/bureau/imports/"


def test_an_origin_that_is_refused_is_no_choice_and_says_why(office: Client, now: datetime) -> None:
    run = received("zoo-utf8-bom.csv", now)

    page = office.get(f"{BUREAU}{run.pk}/origine/").content.decode()

    choices, refused = page.split('class="iso-refus"')
    for value, rule in RULES.items():
        assert (f'name="source_type" value="{value}"' in choices) is not rule.is_refused, value
    assert 'name="source_type"' not in refused
    assert "art. 226-21" in refused
    assert "art. 226-21" not in choices
    assert refused.count("<details><summary>") == 5
