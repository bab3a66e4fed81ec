"""Steps 1 to 4: the platform's site, sign-up, the office."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PATIENCE, Product
from tests.journeys.outbox import links_in, wait_for_mail

OWNER = "maud@example.org"
PASSWORD = "les falaises de Crozon 29"
SLUG = "maud-kervella"
NAME = "Maud Kervella 2027"
PLAN = "25k"


def read_the_platform(page: Page, product: Product) -> None:
    page.goto(product.platform + "/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    body = page.locator("main").inner_text()
    for price in ("9", "29", "49", "95", "159", "249", "449", "699", "999"):
        assert price in body, price
    assert "Hébergé" in body or "hébergé" in body


def sign_up(page: Page, product: Product, outbox: Path) -> None:
    page.goto(product.platform + "/ouvrir/")
    page.fill("#id_name", NAME)
    page.fill("#id_slug", "admin")
    page.check("input[name=kind][value=party]")
    page.select_option("#id_plan", PLAN)
    page.fill("#id_first_name", "Maud")
    page.fill("#id_last_name", "Kervella")
    page.fill("#id_email", OWNER)
    page.fill("#id_password", PASSWORD)
    page.check("input[name=contract]")
    page.click("button[data-submit]")
    # The reserved address is refused, and everything else is kept.
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.locator("#id_name")).to_have_value(NAME)
    page.fill("#id_slug", SLUG)
    page.fill("#id_password", PASSWORD)
    page.click("button[data-submit]")
    page.wait_for_url("**/ouvrir/courrier/**")
    link = next(link for link in links_in(wait_for_mail(outbox, OWNER)) if "confirm" in link)
    page.goto(link)
    page.locator("main form button").first.click()
    page.wait_for_url(f"**//{SLUG}.**/bureau/**", timeout=2 * PATIENCE)
    # The page of the one-time link sends itself on; without JavaScript it has a button.
    page.wait_for_url("**/bureau/", timeout=PATIENCE)


def see_the_office(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maud")
    menu = page.get_by_role("navigation").first
    for entry in ("Personnes", "Tris", "Imports", "Messages", "Réglages", "Équipe"):
        expect(menu.get_by_text(entry, exact=True).first).to_be_visible()


def refuse_the_used_address(page: Page, product: Product) -> None:
    page.goto(f"{product.platform}/ouvrir/adresse/?slug={SLUG}")
    assert '"state": "taken"' in page.inner_text("body")
