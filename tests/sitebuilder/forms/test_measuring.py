"""Whether she may be measured is asked apart, where the campaign measures at all."""

import pytest
from django.test import Client

from crm.consent.models import ConsentEntry
from sitebuilder.forms.wording import tracking_wording
from tenants.facts import TenantFacts
from tenants.office.profile import campaign_profile
from tests.sitebuilder.forms.signing import confirms, sign_up

BOX = 'name="consent_tracking"'


@pytest.fixture
def measuring(tenant: TenantFacts, office: Client) -> None:
    """Switched on as somebody of the team does it."""
    told = {"sender_name": "Maud", "reply_to_email": "maud@example.org", "measures_messages": "on"}
    assert office.post("/bureau/reglages/envoi/", told).status_code == 302
    confirms(on=False)


def test_nobody_is_asked_before_the_campaign_switches_it_on(site: Client, tenant: TenantFacts) -> None:
    confirms(on=False)
    assert not campaign_profile().measures_messages
    assert BOX not in site.get("/").content.decode()

    sign_up(site, consent_tracking="1")  # a page of before, or a program

    assert list(ConsentEntry.objects.values_list("purpose", flat=True)) == ["news"]


def test_the_box_stands_apart_unticked_with_its_own_words(site: Client, measuring: None) -> None:
    for page in (site.get("/"), site.get("/inscription/")):
        html = page.content.decode()
        assert BOX in html
        assert "checked" not in html[html.index(BOX) : html.index(">", html.index(BOX))]
        assert tracking_wording(campaign_profile()) in html
    assert "image invisible" in site.get("/vos-donnees/").content.decode()


def test_what_is_ticked_is_kept_in_the_words_that_were_shown(site: Client, measuring: None) -> None:
    sign_up(site, consent_tracking="1")

    entry = ConsentEntry.objects.get(purpose="tracking")
    assert (entry.channel, entry.granted, entry.basis, entry.source_kind) == ("email", True, "consent", "form")
    assert entry.wording.text == tracking_wording(campaign_profile())


def test_an_empty_box_says_nothing(site: Client, measuring: None) -> None:
    sign_up(site)

    assert not ConsentEntry.objects.filter(purpose="tracking").exists()
