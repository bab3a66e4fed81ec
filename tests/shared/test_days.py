"""Days and hours of a page as `date` writes them, and words from one dictionary."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils.translation import override
from django.utils.translation.trans_real import translation


@pytest.mark.parametrize("moment", [datetime(2026, 3, 1, 23, 30, tzinfo=UTC), date(2026, 3, 1), None])
@pytest.mark.parametrize("form", ["j N Y", "l j F Y"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_day_is_written_as_date_writes_it(moment: date | None, form: str, language: str) -> None:
    page = Template(f'{{% load days %}}{{{{ at|day:"{form}" }}}}|{{{{ at|date:"{form}" }}}}')

    with override(language):
        ours, djangos = page.render(Context({"at": moment})).split("|")

    assert ours == djangos


def test_an_hour_is_told_by_the_clock_of_here() -> None:
    page = Template('{% load days %}{{ at|hour }}|{{ at|date:"H:i" }}')

    ours, djangos = page.render(Context({"at": datetime(2026, 3, 1, 8, 5, tzinfo=UTC)})).split("|")

    assert ours == djangos == "09:05"


def test_a_word_is_looked_for_in_few_dictionaries() -> None:
    """Each app has a catalog; those of one plural rule that follow each other are one."""
    catalog = translation("fr")._catalog  # type: ignore[attr-defined]

    assert len(catalog._catalogs) < 10
