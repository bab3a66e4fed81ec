"""The campaign's own fields on the sign-up form of its site."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone

from crm.fields.models import CustomField
from crm.people.models import Person
from sitebuilder.forms.tokens import issue_token
from sitebuilder.forms.wording import whole_wording
from tenants.facts import TenantFacts
from tenants.office.profile import campaign_profile
from tests.crm.fields.making import choice, one_of_each


def token(fields: Sequence[int], *, minutes: int = 1) -> str:
    issued_at = (timezone.now() - timedelta(minutes=minutes)).timestamp()
    wording = whole_wording(campaign_profile())
    return issue_token(page_id=1, wording=wording, asks_birth_date=False, fields=fields, now=issued_at)


@pytest.fixture
def fields(tenant: TenantFacts) -> dict[str, CustomField]:
    return one_of_each()


def answers(fields: dict[str, CustomField]) -> dict[str, Any]:
    wishes = fields["choices"]
    return {
        "email": "ada@example.org",
        f"custom_{fields['number'].key}": "3",
        f"custom_{wishes.key}": [str(choice(wishes, "Coller")), str(choice(wishes, "Tracter"))],
        f"custom_{fields['yes_no'].key}": "oui",
    }


def test_the_answers_to_what_was_asked_are_kept(site: Client, fields: dict[str, CustomField]) -> None:
    asked = [fields["number"].key, fields["choices"].key]

    answer = site.post("/inscription/", {**answers(fields), "jeton": token(asked)})

    assert answer.status_code == 303
    person = Person.objects.get()
    wishes = sorted(choice(fields["choices"], name) for name in ("Coller", "Tracter"))
    # What the form did not ask is not taken, whoever adds it to the request.
    assert person.custom == {str(fields["number"].key): 3, str(fields["choices"].key): wishes}


def test_a_sensitive_field_is_asked_on_no_form(site: Client, fields: dict[str, CustomField]) -> None:
    CustomField.objects.filter(kind="yes_no").update(is_sensitive=True)
    asked = [fields["yes_no"].key]
    tag = "{% load siteforms %}{% signup_form title='T' button='B' key='k' ask_fields=asked %}"
    assert "A une voiture" not in Template(tag).render(Context({"asked": [str(key) for key in asked]}))
    site.post("/inscription/", {**answers(fields), "jeton": token(asked)})
    assert Person.objects.get().custom == {}


def test_a_wrong_answer_comes_back_beside_its_field(site: Client, fields: dict[str, CustomField]) -> None:
    key = fields["number"].key
    page = site.post("/inscription/", {"email": "ada@example.org", f"custom_{key}": "trois", "jeton": token([key])})
    assert page.status_code == 422
    assert f'href="#s-custom_{key}"' in page.content.decode()
    assert f'id="s-custom_{key}"' in page.content.decode()
    assert 'value="trois"' in page.content.decode()
    assert not Person.objects.exists()


def test_an_old_page_is_shown_again_with_its_questions(site: Client, fields: dict[str, CustomField]) -> None:
    key = fields["number"].key
    sent = {"email": "ada@example.org", f"custom_{key}": "3", "jeton": token([key], minutes=60 * 13)}
    page = site.post("/inscription/", sent)
    assert page.status_code == 409
    assert f'name="custom_{key}" value="3"' in page.content.decode()


def test_several_answers_pass_the_question_of_the_commune(site: Client, fields: dict[str, CustomField]) -> None:
    key = fields["choices"].key
    page = site.post("/inscription/", {**answers(fields), "postcode": "13001", "phone": "", "jeton": token([key])})
    shared = site.post("/inscription/", {**answers(fields), "postcode": "01300", "jeton": token([key])})
    assert page.status_code == 303
    assert shared.content.decode().count(f'type="hidden" name="custom_{key}"') == 2


def test_the_block_asks_what_was_ticked(fields: dict[str, CustomField]) -> None:
    tag = "{% load siteforms %}{% signup_form title='T' button='B' key='k' ask_fields=asked %}"
    html = Template(tag).render(Context({"asked": [str(fields["choice"].key), "999"]}))
    assert f'name="custom_{fields["choice"].key}"' in html
    assert html.count("custom_") == html.count(f"custom_{fields['choice'].key}")


def test_an_answer_that_is_corrected_and_sent_again_is_taken(site: Client, fields: dict[str, CustomField]) -> None:
    key = fields["number"].key
    sent = {"email": "ada@example.org", "jeton": token([key])}
    for number in ("3", "3", "4"):
        assert site.post("/inscription/", {**sent, f"custom_{key}": number}).status_code == 303
    person = Person.objects.get()
    assert person.custom == {str(key): 4}
    assert person.activities.filter(kind="signed_up").count() == 2
