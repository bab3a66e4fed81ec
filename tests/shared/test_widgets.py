from django import forms

from shared.widgets import LightSelect


class Form(forms.Form):
    place = forms.ChoiceField(choices=[("", "—"), ("2A", "Corse & Co"), ("13", "Bouches-du-Rhône")], required=False)


class LightForm(Form):
    place = forms.ChoiceField(choices=Form.base_fields["place"].choices, required=False, widget=LightSelect)  # type: ignore[attr-defined]


def test_a_light_select_is_the_select_of_django() -> None:
    for data in ({}, {"place": "2A"}, {"place": "13"}, {"place": "<b>"}):
        light, plain = (str(form(data)["place"]).replace("\n", "").replace("  ", "") for form in (LightForm, Form))
        assert light == plain.replace("> <", "><")
