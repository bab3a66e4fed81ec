from datetime import UTC, date, datetime

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.translation import override

from crm.schedules.enums import Weekday


def test_english_dates_are_those_of_europe() -> None:
    moment = datetime(2026, 12, 11, 18, 4, tzinfo=UTC)
    with override("en"):
        assert date_format(moment, "SHORT_DATETIME_FORMAT") == "11/12/2026 18:04"
        assert date_format(moment, "DATETIME_FORMAT") == "11 December 2026, 18:04"
        assert forms.DateField().clean("11/12/2026") == date(2026, 12, 11)


def test_french_days_are_written_small_whatever_our_catalogs_say() -> None:
    """A catalog of ours that translates a day for a list of choices has to do so under a context of its own."""
    with override("fr"):
        assert date_format(date(2026, 12, 11), "l j F") == "vendredi 11 décembre"
        assert str(Weekday.FRIDAY.label) == "Vendredi"


def test_sizes_of_files_are_those_that_people_read_elsewhere() -> None:
    with override("fr"):
        assert filesizeformat(250_000) == "244,1\xa0Ko"
        assert filesizeformat(5 << 20) == "5,0\xa0Mo"
    with override("en"):
        assert filesizeformat(5 << 20) == "5.0\xa0MB"
