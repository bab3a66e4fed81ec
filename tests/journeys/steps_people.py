"""Steps 5 to 8: the site collects people, files bring more, a segment picks some."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import ROOT, Product
from tests.journeys.outbox import links_in, wait_for_mail
from tests.journeys.steps_opening import SLUG

FILES = ROOT / "tests" / "crm" / "imports" / "files"
SUPPORTER = "nour@example.org"
SEGMENT = "De 18 à 40 ans"


def fill_the_settings(page: Page, product: Product) -> None:
    """What the legal notice and the foot of the messages need."""
    page.goto(f"{product.campaign(SLUG)}/bureau/reglages/mentions/")
    for name, value in {
        "publisher_name": "Association Kervella 2027",
        "publisher_address": "1 quai de la Douane, 29200 Brest",
        "publisher_email": "contact@example.org",
        "publication_director": "Maud Kervella",
    }.items():
        page.fill(f"[name={name}]", value)
    page.locator("main form button[type=submit]").last.click()


def collect_on_the_site(chromium: Browser, product: Product) -> None:
    """A supporter signs up and presses the button behind the link in her mail, without JavaScript."""
    context = chromium.new_context(locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.goto(product.campaign(SLUG) + "/")
    form = page.locator("form:has(input[name=jeton])").last
    page.wait_for_timeout(3000)  # nobody types faster: the form tells people from programs by that too
    form.locator("input[name=email]").fill(SUPPORTER)
    form.locator("input[name=first_name]").fill("Nour")
    form.locator("input[name=last_name]").fill("Le Guen-Benali")
    form.locator("input[name=postcode]").fill("29200")
    form.locator("input[name=consent_email]").check()
    form.locator("button").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Regardez vos e-mails")
    page.goto(next(link for link in links_in(wait_for_mail(product.caught, SUPPORTER)) if "confirmation" in link))
    page.get_by_role("button", name="Je confirme").click()
    expect(page.get_by_text(re.compile("Merci")).first).to_be_visible()
    assert page.locator("a[href*='mastodon'], a[href*='bsky'], a[href^='mailto:']").count() >= 2
    context.close()


def find_her_in_the_office(page: Page, product: Product) -> None:
    page.goto(f"{product.campaign(SLUG)}/bureau/personnes/")
    page.fill("#people-q", "le guen benali")
    page.locator("main form[role=search] button[type=submit]").first.click()
    page.get_by_role("link", name=re.compile("Nour")).first.click()
    body = page.locator("main")
    expect(body).to_contain_text(SUPPORTER)
    expect(body).to_contain_text("Brest")
    expect(body).to_contain_text("j’accepte de recevoir les nouvelles")


def import_file(page: Page, product: Product, file: Path, *, source: str) -> str:
    """Through the four pages of an import; returns what the report says."""
    page.goto(f"{product.campaign(SLUG)}/bureau/imports/")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form[data-import-upload] button[type=submit]").click()
    page.wait_for_url("**/colonnes/")
    page.locator("form[action$='/colonnes/'] button[type=submit]").first.click()
    page.wait_for_url("**/origine/")
    page.check(f"input[name=source_type][value={source}]")
    page.fill("textarea[name=proof]", "Formulaires papier des marchés de Brest, 2024 à 2026.")
    page.fill("textarea[name=consent_wording]", "J'accepte de recevoir les nouvelles de la campagne.")
    page.locator("form.iso-origine button[type=submit]").click()
    page.wait_for_url("**/verification/")
    assert page.locator("table tbody tr").count() >= 20
    page.locator("form[data-once] button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    expect(page.locator("aside .iso-somme").first).to_be_visible(timeout=90_000)
    return page.locator("main").inner_text()


def import_both_files(page: Page, product: Product) -> None:
    excel = import_file(page, product, FILES / "excel-fr-cp1252.csv", source="supporters")
    nation = import_file(page, product, FILES / "nationbuilder-people-export-full.csv", source="former_tool")
    for report in (excel, nation):
        assert re.search(r"(\d[\d\s\u00a0\u202f]*)\s*personnes? créées?|créées?", report, re.IGNORECASE)
    page.goto(f"{product.campaign(SLUG)}/bureau/personnes/")
    expect(page.locator("main")).to_contain_text(re.compile(r"\d[\u00a0\u202f ]\d{3}"))


def pick_a_segment(page: Page, product: Product) -> int:
    """People of 18 to 40 years, counted while the condition is written; returns how many there are."""
    page.goto(f"{product.campaign(SLUG)}/bureau/tris/nouveau/")
    everyone = page.locator("main .grand").first.inner_text()
    page.fill("[name=name]", SEGMENT)
    page.select_option("#g0-r0-what", "age.between")
    page.fill("#g0-r0-low", "18")
    page.fill("#g0-r0-high", "40")
    expect(page.locator("main .grand").first).not_to_have_text(everyone)
    page.locator("button[name=do][value=save]").click()
    page.wait_for_url(re.compile(r"/tris/\d+/"))
    expect(page.locator("main")).to_contain_text("40")
    return number_in(page.locator("main .grand").first.inner_text())


def number_in(text: str) -> int:
    return int(re.sub(r"\D", "", text))
