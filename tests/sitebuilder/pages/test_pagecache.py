from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from sitebuilder.pages import pagecache
from sitebuilder.pages.models import ContentPage, HomePage
from sitebuilder.themes.models import Appearance
from tenants.context import tenant_context
from tenants.facts import TenantFacts
from tenants.office.profile import campaign_profile


@pytest.fixture(autouse=True)
def _read_generations_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    pagecache._generations.clear()
    monkeypatch.setattr(pagecache, "BELIEVED_SECONDS", 0)


def test_the_second_visitor_is_served_from_the_cache(site: Client, tenant: TenantFacts) -> None:
    first, second = site.get("/"), site.get("/")

    assert (first["X-Page-Cache"], second["X-Page-Cache"]) == ("miss", "hit")
    assert first.content == second.content


def test_a_kept_page_asks_no_question_of_the_database(
    site: Client, tenant: TenantFacts, django_assert_num_queries: Any
) -> None:
    site.get("/")

    with django_assert_num_queries(0):
        site.get("/")


def test_a_kept_page_carries_no_cookie_and_the_same_protections(site: Client, tenant: TenantFacts) -> None:
    first, second = site.get("/"), site.get("/")

    assert not second.cookies
    assert "Cookie" not in second.get("Vary", "")
    for header in ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Content-Language"):
        assert second[header] == first[header]


def test_a_browser_that_has_the_page_is_told_so(site: Client, tenant: TenantFacts) -> None:
    etag = site.get("/")["ETag"]

    answer = site.get("/", headers={"If-None-Match": etag})

    assert (answer.status_code, answer.content) == (304, b"")
    assert not etag.startswith("W/")


def test_a_browser_that_reads_gzip_gets_gzip(site: Client, tenant: TenantFacts) -> None:
    plain = site.get("/")
    zipped = site.get("/", headers={"Accept-Encoding": "gzip"})

    assert zipped["Content-Encoding"] == "gzip"
    assert zipped["ETag"] != plain["ETag"]
    assert len(zipped.content) < len(plain.content) / 2


def test_publishing_is_seen_at_once(site: Client, tenant: TenantFacts, django_capture_on_commit_callbacks: Any) -> None:
    site.get("/qui-sommes-nous/")
    page = ContentPage.objects.get(slug="qui-sommes-nous")
    page.title = "Who walks with us"

    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()

    assert "Who walks with us" in site.get("/qui-sommes-nous/").content.decode()


def test_unpublishing_is_seen_at_once(
    site: Client, tenant: TenantFacts, django_capture_on_commit_callbacks: Any
) -> None:
    site.get("/qui-sommes-nous/")

    with django_capture_on_commit_callbacks(execute=True):
        ContentPage.objects.get(slug="qui-sommes-nous").unpublish()

    assert site.get("/qui-sommes-nous/").status_code == 404


def test_a_draft_is_not_seen(site: Client, tenant: TenantFacts) -> None:
    home = HomePage.objects.get()
    home.title = "Only a draft"
    home.save_revision()

    assert "Only a draft" not in site.get("/").content.decode()


def test_a_changed_setting_is_seen_at_once(
    site: Client, tenant: TenantFacts, django_capture_on_commit_callbacks: Any
) -> None:
    site.get("/")
    profile = campaign_profile()
    profile.display_name = "A new name"

    with django_capture_on_commit_callbacks(execute=True):
        profile.save()
        Appearance.objects.create(theme="tract")

    html = site.get("/").content.decode()
    assert "A <b>name" not in html
    assert "A new <b>name</b>" in html
    assert 'data-theme="tract"' in html


def test_a_page_of_one_campaign_is_never_served_to_another(
    site: Client, tenant: TenantFacts, other_tenant: TenantFacts
) -> None:
    site.get("/")

    theirs = Client(headers={"host": other_tenant.primary_host}).get("/")

    assert theirs["X-Page-Cache"] == "miss"
    assert tenant.name not in theirs.content.decode()
    assert other_tenant.name in theirs.content.decode()


def test_an_unknown_parameter_goes_past_the_cache(site: Client, tenant: TenantFacts) -> None:
    for query in ("?x=1", "?de=NOT A CODE", "?de=abcdefgh&de=abcdefgh", "?moi=abcdefgh"):
        assert "X-Page-Cache" not in site.get(f"/{query}").headers


def test_the_thank_you_page_of_a_person_is_not_kept(site: Client, tenant: TenantFacts) -> None:
    assert "X-Page-Cache" not in site.get("/merci/?moi=abcdefgh").headers


def test_who_is_signed_in_goes_past_the_cache(office: Client, tenant: TenantFacts) -> None:
    assert "X-Page-Cache" not in office.get("/").headers


def test_a_private_page_is_not_kept(site: Client, tenant: TenantFacts) -> None:
    page = ContentPage.objects.get(slug="qui-sommes-nous")
    page.view_restrictions.create(restriction_type="login")

    assert "X-Page-Cache" not in site.get("/qui-sommes-nous/").headers


def test_nothing_is_kept_that_did_not_ask_for_it(site: Client, tenant: TenantFacts) -> None:
    assert "X-Page-Cache" not in site.get("/inscription/").headers
    assert "X-Page-Cache" not in site.get("/no-such-page/").headers
    assert "X-Page-Cache" not in site.get("/bureau/connexion/").headers


def test_a_generation_is_never_the_same_again(tenant: TenantFacts, other_tenant: TenantFacts) -> None:
    before = pagecache.generation()
    pagecache._write_generation(tenant.schema_name)
    after = pagecache.generation()

    with tenant_context(other_tenant):
        theirs = pagecache.generation()

    assert len({before, after, theirs}) == 3


def test_a_page_that_becomes_private_is_not_served_any_more(
    site: Client, tenant: TenantFacts, django_capture_on_commit_callbacks: Any
) -> None:
    page = ContentPage.objects.get(slug="qui-sommes-nous")
    assert site.get("/qui-sommes-nous/").status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        restriction = page.view_restrictions.create(restriction_type="login")
    assert site.get("/qui-sommes-nous/").status_code == 302

    with django_capture_on_commit_callbacks(execute=True):
        restriction.delete()
    assert site.get("/qui-sommes-nous/").status_code == 200


def test_endless_variants_of_a_page_do_not_fill_the_shared_cache(site: Client, tenant: TenantFacts) -> None:
    for address in ("/", "/?de=abcdefg2"):
        answers = [site.get(address)["X-Page-Cache"] for _ in range(2)]
        assert answers == ["miss", "hit"]
    caches["pages"].clear()  # what is near: another process has only what is shared

    assert [site.get(address)["X-Page-Cache"] for address in ("/", "/?de=abcdefg2")] == ["hit", "miss"]
