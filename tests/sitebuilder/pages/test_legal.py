from datetime import date
from typing import Any

import pytest
from django.test import Client

from sitebuilder.pages import legal
from tenants.enums import TenantKind
from tenants.facts import TenantFacts
from tenants.office.models import CampaignProfile
from tenants.office.profile import campaign_profile


@pytest.fixture
def profile(tenant: TenantFacts, django_capture_on_commit_callbacks: Any) -> CampaignProfile:
    profile = campaign_profile()
    profile.kind = TenantKind.CANDIDATE
    profile.publisher_name = "Inès <Castellan>"
    profile.publisher_address = "48, rue des Trois-Mages\n13006 Marseille"
    profile.publisher_email = "bonjour@demain.example"
    profile.publication_director = "Ada Lovelace"
    profile.host_text = "Scaleway, Paris"
    profile.financial_agent_name = "Boris Comptable"
    profile.financial_agent_designated_on = date(2026, 4, 1)
    profile.dpo_email = "donnees@demain.example"
    profile.retention_text = "Jusqu’à trois ans."
    profile.save()
    return profile


def text_of(site: Client, path: str) -> str:
    answer = site.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_legal_notice_says_what_the_profile_says(site: Client, profile: CampaignProfile) -> None:
    html = text_of(site, "/mentions-legales/")

    for fact in ("Ada Lovelace", "Scaleway, Paris", "48, rue des Trois-Mages", "mailto:bonjour@demain.example"):
        assert fact in html
    assert "Boris Comptable" in html
    assert "1 avril 2026" in html or "1er avril 2026" in html


def test_what_a_campaign_writes_about_itself_is_text(site: Client, profile: CampaignProfile) -> None:
    html = text_of(site, "/mentions-legales/")

    assert "Inès &lt;Castellan&gt;" in html
    assert "<Castellan>" not in html


def test_the_privacy_page_says_who_answers_and_for_how_long(site: Client, profile: CampaignProfile) -> None:
    html = text_of(site, "/vos-donnees/")

    for fact in ("mailto:donnees@demain.example", "Jusqu’à trois ans.", "CNIL", "article 9"):
        assert fact in html


def test_what_is_not_stated_is_said_to_be_missing(site: Client, tenant: TenantFacts) -> None:
    html = text_of(site, "/mentions-legales/")

    assert html.count('class="missing"') >= 4


def test_a_changed_fact_is_on_the_page_without_publishing(
    site: Client, profile: CampaignProfile, django_capture_on_commit_callbacks: Any
) -> None:
    text_of(site, "/mentions-legales/")
    profile.publication_director = "Chloé Nouvelle"

    with django_capture_on_commit_callbacks(execute=True):
        profile.save()

    assert "Chloé Nouvelle" in text_of(site, "/mentions-legales/")


def test_only_a_body_may_rest_on_regular_contact(tenant: TenantFacts, profile: CampaignProfile) -> None:
    def whole(kind: str) -> str:
        profile.kind = kind
        found = legal.sections(legal.PRIVACY, profile=profile, tenant=tenant)
        return " ".join(paragraph for section in found for paragraph in section.paragraphs)

    assert "9.2.a et d" in whole(TenantKind.PARTY) or "9.2.a and d" in whole(TenantKind.PARTY)
    assert "9.2.a et d" not in whole(TenantKind.CANDIDATE)
    assert "9.2.a and d" not in whole(TenantKind.CANDIDATE)


def test_only_candidates_have_a_financial_agent(tenant: TenantFacts, profile: CampaignProfile) -> None:
    profile.kind = TenantKind.UNION

    facts = [fact.value for section in legal.notice(profile, tenant) for fact in section.facts]

    assert "Boris Comptable" not in facts
    assert "Scaleway, Paris" in facts
