"""The sign-up form as a browser without JavaScript meets it: read from the page, filled in, sent back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.consent.models import ConsentEntry
from crm.people.models import Activity, Person
from sitebuilder.forms import tokens
from sitebuilder.forms.models import ShareCode
from sitebuilder.forms.tokens import issue_token
from sitebuilder.forms.wording import email_wording, sms_wording, targeting_wording, whole_wording
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.office.profile import campaign_profile
from tests.sitebuilder.forms.signing import confirms

EMAIL = "ada@example.org"


@pytest.fixture
def typed(tenant: TenantFacts) -> dict[str, str]:
    """A form that was on the screen for a minute."""
    return {"email": EMAIL, "first_name": "Ada", "jeton": token()}


def token(*, age: timedelta = timedelta(minutes=1), asks_birth_date: bool = False) -> str:
    issued_at = (timezone.now() - age).timestamp()
    wording = whole_wording(campaign_profile())
    return issue_token(page_id=1, wording=wording, asks_birth_date=asks_birth_date, now=issued_at)


def send(site: Client, data: dict[str, str], **headers: str) -> Any:
    return site.post("/inscription/", data, headers=headers)


def test_the_form_of_the_home_page_signs_a_person_up_without_a_script(
    site: Client, tenant: TenantFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MIN_SECONDS", 0)
    html = site.get("/").content.decode()
    form = html[html.index("<form") : html.index("</form>")]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))

    answer = send(site, {**hidden, "email": EMAIL, "first_name": "Ada", "last_name": "", "postcode": "", "phone": ""})

    person = Person.objects.get()
    assert (person.email, person.first_name) == (EMAIL, "Ada")
    assert answer.status_code == 303
    assert answer["Location"] == f"/merci/?moi={ShareCode.objects.get(person_id=person.pk).code}"


def test_no_box_ticked_keeps_the_person_and_no_consent(site: Client, typed: dict[str, str]) -> None:
    send(site, typed)

    assert Person.objects.count() == 1
    assert ConsentEntry.objects.count() == 0


def test_no_box_is_ticked_for_anyone(site: Client, tenant: TenantFacts) -> None:
    html = site.get("/").content.decode()

    boxes = re.findall(r'<input type="checkbox"[^>]*>', html)

    assert boxes
    assert not [box for box in boxes if "checked" in box]


def test_each_ticked_box_is_a_consent_in_the_words_that_were_shown(site: Client, typed: dict[str, str]) -> None:
    confirms(on=False)
    send(site, {**typed, "phone": "06 12 34 56 78", "consent_email": "1", "consent_sms": "1", "consent_targeting": "1"})

    profile = campaign_profile()
    entries = ConsentEntry.objects.order_by("purpose", "channel").values_list(
        "purpose", "channel", "granted", "basis", "wording__text", "source_kind"
    )
    assert list(entries) == [
        ("news", "email", True, "consent", email_wording(profile), "form"),
        ("news", "sms", True, "consent", sms_wording(profile), "form"),
        ("targeting", "email", True, "consent", targeting_wording(profile), "form"),
    ]


def test_the_words_of_the_boxes_stand_on_the_page(site: Client, tenant: TenantFacts) -> None:
    html = site.get("/").content.decode()

    assert email_wording(campaign_profile()) in html
    assert sms_wording(campaign_profile()) in html
    assert targeting_wording(campaign_profile()) in html


def test_a_double_click_is_one_sign_up(site: Client, typed: dict[str, str]) -> None:
    confirms(on=False)
    data = {**typed, "consent_email": "1"}

    first, second = send(site, data), send(site, data)

    assert first["Location"] == second["Location"]
    assert Person.objects.count() == 1
    assert Activity.objects.filter(kind="signed_up").count() == 1
    assert ConsentEntry.objects.count() == 1


def test_the_activity_says_on_which_page_it_happened(site: Client, typed: dict[str, str], tenant: TenantFacts) -> None:
    home = f"http://{tenant.primary_host}/"

    send(site, typed, Referer=f"{home}?utm=secret")

    assert Activity.objects.get(kind="signed_up").payload["page"] == home


def test_errors_stand_beside_the_field_and_what_was_typed_is_kept(site: Client, typed: dict[str, str]) -> None:
    answer = send(site, {**typed, "email": "ada@", "consent_email": "1"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#s-email"' in html
    assert 'id="s-email-e"' in html
    assert 'value="ada@"' in html
    assert 'value="Ada"' in html
    assert 'name="consent_email" value="1" checked' in html
    assert Person.objects.count() == 0


def test_sms_are_not_agreed_to_without_a_mobile(site: Client, typed: dict[str, str]) -> None:
    answer = send(site, {**typed, "consent_sms": "1", "phone": "04 91 00 00 00"})

    assert 'id="s-phone-e"' in answer.content.decode()
    assert Person.objects.count() == 0


def test_a_number_of_reunion_is_read_as_one(site: Client, typed: dict[str, str]) -> None:
    send(site, {**typed, "phone": "0692 12 34 56", "postcode": "97400"})

    assert Person.objects.get().phone == "+262692123456"


def test_a_postcode_of_several_towns_asks_which_one(site: Client, typed: dict[str, str]) -> None:
    question = send(site, {**typed, "postcode": "13790"})
    options = re.findall(r'<option value="(\d\w\d{3})">', question.content.decode())
    assert question.status_code == 200
    assert len(options) > 1
    assert Person.objects.count() == 0

    send(site, {**typed, "postcode": "13790", "commune": options[1]})

    assert Person.objects.get().commune_code == options[1]


def test_the_town_may_be_left_unsaid(site: Client, typed: dict[str, str]) -> None:
    answer = send(site, {**typed, "postcode": "13790", "commune": ""})

    assert answer.status_code == 303
    assert Person.objects.get().commune_code == ""


def test_an_arrondissement_is_known_from_its_postcode(site: Client, typed: dict[str, str]) -> None:
    send(site, {**typed, "postcode": "13006"})

    assert Person.objects.get().commune_code == "13206"


@pytest.mark.parametrize("forged", ["", "x", "WzEsIngiLDAsMF0:1abcde:forged"])
def test_a_forged_token_records_nothing(site: Client, typed: dict[str, str], forged: str) -> None:
    answer = send(site, {**typed, "jeton": forged})

    assert answer.status_code == 403
    assert 'value="Ada"' in answer.content.decode()
    assert Person.objects.count() == 0


def test_an_expired_token_shows_the_form_again_with_empty_boxes(site: Client, typed: dict[str, str]) -> None:
    answer = send(site, {**typed, "jeton": token(age=timedelta(hours=13)), "consent_email": "1"})

    html = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="Ada"' in html
    assert "checked" not in html
    assert Person.objects.count() == 0


def test_a_changed_wording_is_shown_before_it_is_agreed_to(site: Client, typed: dict[str, str]) -> None:
    profile = campaign_profile()
    profile.display_name = "Another name"
    profile.save()

    answer = send(site, {**typed, "consent_email": "1"})

    assert answer.status_code == 409
    assert "Another name" in answer.content.decode()
    assert Person.objects.count() == 0


def test_a_token_of_another_campaign_is_refused(site: Client, typed: dict[str, str], other_tenant: TenantFacts) -> None:
    with tenant_context(other_tenant):
        theirs = token()

    answer = send(site, {**typed, "jeton": theirs})

    assert answer.status_code == 403
    assert Person.objects.count() == 0


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_a_form_sent_from_another_site_records_nothing(
    site: Client, typed: dict[str, str], headers: dict[str, str]
) -> None:
    answer = send(site, typed, **headers)

    assert answer.status_code == 403
    assert Person.objects.count() == 0


def test_a_filled_trap_records_nothing_and_loses_nothing(site: Client, typed: dict[str, str]) -> None:
    answer = send(site, {**typed, "site_web": "http://spam.example"})

    assert answer.status_code == 429
    assert 'value="Ada"' in answer.content.decode()
    assert Person.objects.count() == 0


def test_a_form_sent_back_at_once_is_shown_again(site: Client, typed: dict[str, str]) -> None:
    answer = send(site, {**typed, "jeton": token(age=-timedelta(minutes=1))})

    assert answer.status_code == 429
    assert Person.objects.count() == 0


def test_too_many_forms_from_one_address_have_to_wait(site: Client, typed: dict[str, str], settings: Any) -> None:
    settings.RATE_LIMIT_FACTOR = 1
    answers = {send(site, {**typed, "email": "not one"}).status_code for _ in range(61)}

    assert answers == {422, 429}


def test_children_under_15_are_refused_where_the_date_of_birth_is_asked(site: Client, typed: dict[str, str]) -> None:
    data = {**typed, "jeton": token(asks_birth_date=True)}
    young = (timezone.localdate() - timedelta(days=365 * 14)).isoformat()

    refused = send(site, {**data, "birth_date": young})
    assert 'id="s-birth_date-e"' in refused.content.decode()
    assert Person.objects.count() == 0

    send(site, {**data, "birth_date": "1980-05-17"})
    assert str(Person.objects.get().birth_date) == "1980-05-17"


def test_a_mistyped_year_of_birth_is_told(site: Client, typed: dict[str, str]) -> None:
    refused = send(site, {**typed, "jeton": token(asks_birth_date=True), "birth_date": "0980-05-17"})

    assert 'id="s-birth_date-e"' in refused.content.decode()
    assert not Person.objects.exists()


def test_a_date_of_birth_that_was_not_asked_is_not_kept(site: Client, typed: dict[str, str]) -> None:
    send(site, {**typed, "birth_date": "1980-05-17"})

    assert Person.objects.get().birth_date is None


def test_what_is_typed_never_becomes_markup(site: Client, typed: dict[str, str]) -> None:
    answer = send(site, {**typed, "email": "no", "first_name": '"><script>alert(1)</script>'})

    html = answer.content.decode()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_answers_carry_no_cookie(site: Client, typed: dict[str, str]) -> None:
    answer = send(site, typed)

    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]


def test_a_page_of_a_long_address_takes_sign_ups(site: Client, tenant: TenantFacts) -> None:
    page = f"http://{tenant.primary_host}/{'nos-propositions/' * 12}"
    answer = site.post("/inscription/", {"email": "ada@example.org", "jeton": token()}, headers={"referer": page})
    assert answer.status_code == 303
    assert Activity.objects.get(kind="signed_up").payload["page"] == page[:300]
