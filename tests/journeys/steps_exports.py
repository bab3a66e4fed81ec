"""Taking a segment out: a second factor is set up first, and asked for at the next sign-in."""

import re
from base64 import b32decode
from collections.abc import Callable

from django_otp.oath import totp
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Product
from tests.journeys.outbox import mails_to
from tests.journeys.steps_opening import OWNER, PASSWORD, SLUG
from tests.journeys.steps_people import SEGMENT


def nothing() -> None:
    """Nobody looks."""


def set_up_a_second_factor(page: Page, password: str, look: Callable[[], None] = nothing) -> list[str]:
    """On the page that an export leads to; returns the recovery codes. `look` is called on each further page."""
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")
    page.get_by_text("Pas d’appareil photo").click()
    look()
    secret = page.locator("code.iso-cle").text_content() or ""
    page.fill("[name=code]", f"{totp(b32decode(secret)):06d}")
    with page.expect_navigation():
        page.press("[name=code]", "Enter")
    look()
    codes: list[str] = page.locator(".iso-codes li").all_inner_texts()
    page.get_by_role("link", name="Je les ai gardés").click()
    return codes


def take_the_segment_out(page: Page, product: Product) -> list[str]:
    office = f"{product.campaign(SLUG)}/bureau/"
    page.goto(office + "tris/")
    page.get_by_role("link", name=SEGMENT).first.click()
    page.locator("a[href*='exports/nouveau']").first.click()
    expect(page.locator("main")).to_contain_text("second facteur")
    codes = set_up_a_second_factor(page, PASSWORD)
    assert len(set(codes)) == 10
    page.fill("[name=reason]", "Porte-à-porte du quai de la Douane")
    page.locator("form.exports-forme button[type=submit]").click()
    file = page.locator("a[href$='/fichier/']")
    expect(file).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        file.click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    people = re.sub(r"\D", "", page.locator("#export-file").inner_text())
    assert len(lines) == int(people) + 1
    return codes


def sign_in_again(page: Page, product: Product, code: str) -> None:
    """The telephone is lost: a recovery code takes its place, and a mail tells of both."""
    page.context.clear_cookies()
    page.goto(f"{product.campaign(SLUG)}/bureau/")
    page.fill("[name=username]", OWNER)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/login/code/")
    page.fill("[name=code]", code)
    page.press("[name=code]", "Enter")
    page.wait_for_url("**/bureau/")
    subjects = [str(mail["Subject"]) for mail in mails_to(product.caught, OWNER)]
    assert any("second facteur" in subject for subject in subjects)
