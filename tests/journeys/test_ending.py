"""A campaign in English, from its sign-up to the proof that nothing of it is left: axe looks at each page."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import OUR_SERVERS, PATIENCE, ROOT, Product
from tests.journeys.outbox import links_in, wait_for_mail
from tests.journeys.screens import Looker

pytestmark = pytest.mark.browser
SLUG = "green-brest"
OWNER = {"first_name": "Grace", "last_name": "Doe", "email": "grace@example.org", "password": "granite cliffs 29"}
# What is typed into a form that has been open for too long: its token is no longer good.
SPOIL = """form => {
  form.noValidate = true;
  form.querySelector('[name=csrfmiddlewaretoken]').value = 'x';
}"""


@pytest.fixture
def looker(chromium: Browser) -> Iterator[Looker]:
    context = chromium.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    yield Looker(context, "en")
    context.close()


def open_a_campaign(page: Page, product: Product) -> str:
    """Answers with the address of its page in the account."""
    page.goto(product.platform + "/ouvrir/")
    for name, value in {"name": "Green Brest", "slug": SLUG, **OWNER}.items():
        page.fill(f"[name={name}]", value)
    page.check("input[name=kind][value=party]")
    page.check("input[name=contract]")
    page.click("button[data-submit]")
    page.wait_for_url("**/ouvrir/courrier/**")
    page.goto(next(link for link in links_in(wait_for_mail(product.caught, OWNER["email"])) if "confirm" in link))
    page.locator("main form button").first.click()
    page.wait_for_url("**/bureau/", timeout=2 * PATIENCE)
    page.goto(product.platform + "/compte/")
    return str(page.locator("main h2 a").first.evaluate("link => link.href"))


def send_an_expired_form(looker: Looker, address: str, button: str) -> None:
    looker.page.goto(address)
    looker.page.locator("main form[method=post]").first.evaluate(SPOIL)
    with looker.page.expect_navigation():
        looker.page.get_by_role("button", name=button, exact=True).click()
    assert looker.page.locator("h1").inner_text() == "This form has expired"
    looker.look()


def knock_until_refused(looker: Looker, address: str) -> None:
    """A forgotten password, asked for again and again."""
    page = looker.page
    for _time in range(12):
        page.goto(address)
        page.fill("main [name=email]", "nobody@example.org")
        with page.expect_navigation():
            page.press("main [name=email]", "Enter")
        if page.locator("h1").inner_text() == "Too many attempts":
            looker.look()
            return
    pytest.fail(f"{address} lets everybody knock")


def enter_by_the_one_time_link(looker: Looker, account: str, site: str) -> None:
    """Its page posts itself: without its script it can be looked at, and its button pressed."""
    page = looker.page
    page.context.clear_cookies(domain=site.split("/")[2].split(":")[0])
    page.route("**/office/enter*.js", lambda route: route.abort())
    page.goto(account)
    page.get_by_role("button", name="Enter the office").click()
    page.wait_for_url("**/bureau/entrer/**")
    looker.look()
    page.get_by_role("button", name="Enter the office").click()
    page.wait_for_url("**/bureau/")


def close(page: Page, account: str) -> None:
    page.goto(account + "fermer/")
    page.fill("[name=typed]", SLUG)
    page.get_by_role("button", name="Close the campaign").click()
    page.wait_for_url("**/travaux/**")


def wait_for(page: Page, address: str, words: str) -> None:
    for _second in range(240):
        page.goto(address)
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(1000)
    pytest.fail(f"{address} never says {words!r}")


def let_thirty_days_go_by(product: Product) -> None:
    sql = "UPDATE public.tenants_alarm SET due_at = now() WHERE kind = 'lifecycle.erase'"
    command = [sys.executable, "infra/local/stack.py", "exec", "--fast", "--var", str(product.folder), "--"]
    command += ["sh", "-c", f'"$PG_BIN/psql" "$DATABASE_OWNER_URL" -c "{sql}"']
    environment = {key: value for key, value in os.environ.items() if key not in OUR_SERVERS}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=600, stdout=subprocess.DEVNULL)  # noqa: S603 -- our own command


def test_an_english_campaign_ends_with_a_proof(looker: Looker, product: Product) -> None:
    page, site = looker.page, product.campaign(SLUG) + "/"
    account = open_a_campaign(page, product)
    looker.look_at([site, site + "bureau/"])
    send_an_expired_form(looker, account + "fermer/", "Close the campaign")
    send_an_expired_form(looker, site + "bureau/reglages/", "Keep these settings")
    knock_until_refused(looker, product.platform + "/mot-de-passe/")
    enter_by_the_one_time_link(looker, account, site)
    knock_until_refused(looker, site + "bureau/password_reset/")

    close(page, account)
    wait_for(page, account, "The campaign is closed.")
    looker.look()
    looker.look_at([site], status=410)

    let_thirty_days_go_by(product)
    wait_for(page, account, "Nothing of it is left")
    looker.look()
    looker.look_at([site], status=404)
    assert looker.faults == []
