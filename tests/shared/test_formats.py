from datetime import UTC, date, datetime

from django import forms
from django.utils.formats import date_format
from django.utils.translation import override


def test_english_dates_are_those_of_europe() -> None:
    moment = datetime(2026, 12, 11, 18, 4, tzinfo=UTC)
    with override("en"):
        assert date_format(moment, "SHORT_DATETIME_FORMAT") == "11/12/2026 18:04"
        assert date_format(moment, "DATETIME_FORMAT") == "11 December 2026, 18:04"
        assert forms.DateField().clean("11/12/2026") == date(2026, 12, 11)
