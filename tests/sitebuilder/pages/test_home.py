from django.test import Client

from tenants.facts import TenantFacts


def test_a_new_campaign_has_a_home_page_with_its_name_and_a_form(site: Client, tenant: TenantFacts) -> None:
    page = site.get("/")

    assert page.status_code == 200
    html = page.content.decode()
    assert tenant.name in html
    assert 'name="email"' in html
