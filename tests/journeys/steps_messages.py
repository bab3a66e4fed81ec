"""Steps 9 and 10: a message to a segment, somebody leaves, the plan and the console follow."""

import os
import re
import subprocess
import sys
from base64 import b32decode
from email.utils import parseaddr
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

from django_otp.oath import totp
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import OUR_SERVERS, ROOT, Product
from tests.journeys.outbox import mails_to, wait_for_mail
from tests.journeys.steps_opening import NAME, OWNER, SLUG
from tests.journeys.steps_people import SEGMENT, SUPPORTER, number_in

SUBJECT = "Rendez-vous au port samedi"
OPERATOR = ("operator@example.org", "le phare du Créac'h 1863")


def write_a_message(page: Page, product: Product) -> None:
    """To a segment: the law then asks for an agreement that nobody has given, unless the message is a practical one."""
    page.goto(f"{product.campaign(SLUG)}/bureau/messages/nouveau/")
    page.fill("[name=subject]", SUBJECT)
    page.fill("[name=preheader]", "Dix heures, devant la criée.")
    page.locator("button.c-sf-add-button").last.click()
    page.get_by_role("option", name="Texte", exact=True).click()
    editor = page.locator("[contenteditable=true]").last
    editor.click()
    editor.press_sequentially("Bonjour {{ prénom|à vous }}, la permanence ouvre à dix heures.")
    expect(page.locator("input[name=body-0-value]")).to_have_value(re.compile("dix heures"))  # written a moment later
    page.check("input[name=audience][value=segment]")
    page.select_option("select[name=segment]", label=SEGMENT)
    audience = page.locator("aside").last
    expect(audience).to_contain_text("Sans accord pour les e-mails ciblés")
    page.check("[name=is_practical]")
    expect(audience).not_to_contain_text("Sans accord pour les e-mails ciblés")
    page.locator("button[name=next][value=review]").click()
    page.wait_for_url("**/relecture/**")


def read_it_again_and_try_it(page: Page, product: Product) -> None:
    expect(page.locator("main")).to_contain_text(SUBJECT)
    frame = page.frame_locator("main iframe").first
    expect(frame.locator("body")).to_contain_text("la permanence ouvre à dix heures")
    page.locator("form[action$='/essais/'] button[type=submit]").click()
    trial = wait_for_mail(product.caught, OWNER, count=3)
    assert SUBJECT in str(trial["Subject"])


def send_it(page: Page, product: Product) -> int:
    """Returns how many people the button says; waits until the report has them all."""
    if "/relecture/" not in page.url:
        page.go_back()
    button = page.locator("form[action$='/envois/'] button[type=submit]").last
    people = number_in(button.inner_text())
    assert people > 100
    typed = page.locator("form[action$='/envois/'] input[name=number]")
    if typed.count():
        typed.fill(str(people))
    button.click()
    page.wait_for_url("**/envoi/")
    expect(page.locator("main")).to_contain_text("Rien n’est encore parti")
    expect(page.locator("main")).to_contain_text("terminé le", timeout=300_000)
    expect(page.locator("main")).to_contain_text(f"Acceptés par les boîtes {people}", use_inner_text=True)
    return people


def everybody_got_one_mail(product: Product, people: int) -> None:
    caught = [
        mail for mail in mails_to(product.caught, "@") if str(mail["Subject"]) == SUBJECT and mail["List-Unsubscribe"]
    ]
    recipients = [str(mail["To"]) for mail in caught if OWNER not in str(mail["To"])]
    assert len(recipients) == people
    assert len(set(recipients)) == people
    assert {str(mail["List-Unsubscribe-Post"]) for mail in caught} == {"List-Unsubscribe=One-Click"}


def one_click_leaves(page: Page, product: Product) -> None:
    """A mail program's one click (RFC 8058): a POST without a cookie. Her page in the office says so at once."""
    mail = next(
        mail for mail in mails_to(product.caught, "@") if mail["List-Unsubscribe"] and OWNER not in str(mail["To"])
    )
    link = urlsplit(str(mail["List-Unsubscribe"]).strip("<>"))
    connection = HTTPConnection("127.0.0.1", int(link.port or 80))
    headers = {"Host": link.netloc, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", link.path, body="List-Unsubscribe=One-Click", headers=headers)
    status = connection.getresponse().status
    connection.close()
    assert status == 200
    address = parseaddr(str(mail["To"]))[1]
    page.goto(f"{product.campaign(SLUG)}/bureau/personnes/?q={quote(address)}")
    page.locator("main table a").first.click()
    expect(page.locator("main")).to_contain_text(re.compile("lien de désinscription"))


def see_the_plan(page: Page, product: Product) -> None:
    page.goto(f"{product.campaign(SLUG)}/bureau/")
    expect(page.locator("main")).to_contain_text(re.compile(r"1.8\d\d\scontacts?"))
    page.goto(f"{product.platform}/compte/")
    expect(page.locator("main")).to_contain_text(NAME)
    expect(page.locator("main")).to_contain_text(re.compile(r"1.8\d\d"))


def set_up_the_second_factor(page: Page) -> None:
    """As an operator does at her first entry: nothing else opens before."""
    expect(page.locator("h1")).to_contain_text("second facteur")
    page.get_by_text("Pas d’appareil photo").click()
    secret = page.locator("code.cle").text_content() or ""
    page.fill("[name=code]", f"{totp(b32decode(secret)):06d}")
    page.get_by_role("button", name="Installer le second facteur").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_text("Je les ai gardés").click()


def watch_from_the_console(chromium: Browser, product: Product) -> None:
    email, password = OPERATOR
    command = [sys.executable, "infra/local/stack.py", "exec", "--fast", "--var", str(product.folder), "--"]
    command += [sys.executable, "manage.py", "create_operator", "--email", email]
    environment = {key: value for key, value in os.environ.items() if key not in OUR_SERVERS}
    subprocess.run(command, cwd=ROOT, env=environment | {"OPERATOR_PASSWORD": password}, check=True, timeout=600)  # noqa: S603 -- our own command
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(product.platform + "/console/")
    page.fill("[name=username]", email)
    page.fill("[name=password]", password)
    page.locator("[type=submit]").first.click()
    set_up_the_second_factor(page)
    page.goto(product.platform + "/console/controlplane/campaign/")
    row = page.locator("tr", has_text=NAME)
    expect(row).to_contain_text("fr-1")
    expect(row).to_contain_text(re.compile(r"1.8\d\d"))
    assert SUPPORTER not in page.content()
    context.close()
