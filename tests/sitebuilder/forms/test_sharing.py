import re
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from crm.consent.entries import Source
from crm.people.erasing import erase_person
from crm.people.merging import merge_people
from crm.people.models import Activity, Person
from sitebuilder.forms.models import ShareCode
from sitebuilder.forms.tokens import issue_token
from sitebuilder.forms.wording import whole_wording
from tenants.facts import TenantFacts
from tenants.office.profile import campaign_profile


def sign_up(site: Client, email: str, **extra: str) -> str:
    """Signs up and returns the code of the person's links."""
    issued_at = (timezone.now() - timedelta(minutes=1)).timestamp()
    wording = whole_wording(campaign_profile())
    token = issue_token(page_id=1, wording=wording, asks_birth_date=False, now=issued_at)
    answer = site.post("/inscription/", {"email": email, "jeton": token, **extra})
    return str(answer["Location"].partition("moi=")[2])


def test_the_thank_you_page_gives_links_that_carry_the_code(site: Client, tenant: TenantFacts) -> None:
    code = sign_up(site, "ada@example.org")

    html = site.get(f"/merci/?moi={code}").content.decode()

    address = tenant.absolute_url(f"/?de={code}")
    assert f'value="{address}"' in html
    hosts = ("mailto:", "sms:", "wa.me", "joinmastodon.org", "bsky.app", "x.com", "facebook.com")
    links = [link for link in re.findall(r'href="([^"]+)"', html) if quote(address, safe="") in quote(link, safe="%")]
    assert [host for host in hosts if not any(host in link for link in links)] == []


def test_a_visitor_who_came_by_a_link_keeps_the_code_in_the_form(site: Client, tenant: TenantFacts) -> None:
    html = site.get("/?de=k7q2abcd").content.decode()

    assert '<input type="hidden" name="de" value="k7q2abcd">' in html


def test_who_brought_somebody_is_a_fact_of_both(site: Client, tenant: TenantFacts) -> None:
    code = sign_up(site, "ada@example.org")

    sign_up(site, "boris@example.org", de=code)

    ada, boris = Person.objects.order_by("pk")
    assert Activity.objects.get(person=boris, kind="signed_up").payload["recruiter_id"] == ada.pk
    assert Activity.objects.get(person=ada, kind="recruited").payload == {"person_id": boris.pk}
    assert boris.relations.get().other == ada


def test_nobody_recruits_herself(site: Client, tenant: TenantFacts) -> None:
    code = sign_up(site, "ada@example.org")

    sign_up(site, "ada@example.org", de=code, first_name="Ada")

    assert not Activity.objects.filter(kind="recruited").exists()


@pytest.mark.parametrize("code", ["", "zzzzzzzz", '"><b>', "a" * 40])
def test_an_unknown_code_changes_nothing(site: Client, tenant: TenantFacts, code: str) -> None:
    sign_up(site, "ada@example.org", de=code)

    assert "recruiter_id" not in Activity.objects.get(kind="signed_up").payload


def test_the_code_says_nothing_about_the_person(site: Client, tenant: TenantFacts) -> None:
    code = sign_up(site, "ada@example.org")

    html = site.get(f"/merci/?moi={code}").content.decode()

    assert "ada@example.org" not in html
    assert ShareCode.objects.get(code=code).person.email == "ada@example.org"


def test_whoever_came_by_the_link_of_somebody_merged_was_brought_by_the_one_who_was_kept(
    site: Client, tenant: TenantFacts, now: datetime
) -> None:
    code, _other = sign_up(site, "ada@example.org"), sign_up(site, "lovelace@example.org")
    ada, kept = Person.objects.order_by("pk")
    merge_people(keep=kept, merged=ada, source=Source("office", ""), now=now)

    sign_up(site, "boris@example.org", de=code)
    sign_up(site, "lovelace@example.org", de=code, first_name="Ada")  # herself, by her former link

    boris = Person.objects.get(email="boris@example.org")
    assert boris.relations.get().other == kept
    assert Activity.objects.get(person=boris, kind="signed_up").payload["recruiter_id"] == kept.pk
    assert Activity.objects.filter(kind="recruited").values_list("person", flat=True).get() == kept.pk


def test_the_link_of_somebody_who_was_erased_leads_to_nobody(site: Client, tenant: TenantFacts, now: datetime) -> None:
    code = sign_up(site, "ada@example.org")
    ada = Person.objects.get()
    kept = ShareCode.objects.get()
    erase_person(person_id=ada.pk, now=now)
    assert not ShareCode.objects.exists()
    kept.save(force_insert=True)  # as it stayed with those who were erased before

    sign_up(site, "boris@example.org", de=code)

    boris = Person.objects.alive().get()
    assert not boris.relations.exists()
    assert "recruiter_id" not in Activity.objects.get(person=boris, kind="signed_up").payload
    assert not Activity.objects.filter(person=ada, kind="recruited").exists()
