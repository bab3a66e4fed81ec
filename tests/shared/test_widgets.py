from typing import Any

import pytest
from django import forms
from django.test.html import parse_html

from shared.widgets import LightSelect

PLACES = [("", "—"), ("2A", "Corse & Co"), ("13", "Bouches-du-Rhône"), ("Sea & co", [("974", "La Réunion")])]


class Form(forms.Form):
    plain = forms.ChoiceField(choices=PLACES, required=False)
    light = forms.ChoiceField(choices=PLACES, required=False, widget=LightSelect)


@pytest.mark.parametrize("value", ["", "2A", "13", "974", "<b>"])
def test_a_light_select_is_the_select_of_django(value: Any) -> None:
    form = Form({"plain": value, "light": value})
    assert parse_html(str(form["light"]).replace("light", "plain")) == parse_html(str(form["plain"]))
    assert 'value="2A"' in str(form["light"])
