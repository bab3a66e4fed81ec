"""The screens of console, account, office and sites, in both languages, on a phone and on a desk: axe finds nothing."""

import json
import os
import subprocess
import sys
from base64 import b32decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django_otp.oath import totp
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import OUR_SERVERS, PATIENCE, ROOT, Product
from tests.journeys.screens import Looker
from tests.journeys.steps_exports import set_up_a_second_factor

pytestmark = pytest.mark.browser
PEOPLE = 300
SLUG = "demain-marseille"
CONSOLE = (
    "controlplane/campaign/",
    "controlplane/cell/",
    "controlplane/operatoralarm/",
    "campaign_jobs/campaignjob/",
    "campaign_archives/move/",
    "fleet/fleetrun/",
    "status/incident/",
    "audit/auditentry/",
    "users/user/",
    "operators/operator/",
)
OFFICE = (
    "personnes/",
    "personnes/ajouter/",
    "personnes/actions/",
    "personnes/actions/recentes/",
    "personnes/etiquettes/",
    "personnes/liens/",
    "personnes/champs/",
    "personnes/exports/",
    "personnes/exports/nouveau/",
    "doublons/",
    "doublons/examen/",
    "tris/",
    "tris/nouveau/",
    "tris/listes/",
    "imports/",
    "imports/programmes/",
    "messages/",
    "messages/nouveau/",
    "messages/demandes/",
    "equipe/",
    "reglages/",
    "reglages/envoi/",
    "reglages/domaine/",
    "reglages/votes/",
    "reglages/lieux/",
    "reglages/export/tout/",
    "reglages/acces/journal/",
    "organisations/",
    "organisations/ajouter/",
)


@dataclass(frozen=True)
class Demo:
    """The demo campaign in the product under test: where its screens are, and who may enter."""

    product: Product
    facts: dict[str, Any]

    @property
    def site(self) -> str:
        return self.product.campaign(SLUG) + "/"

    @property
    def office(self) -> str:
        return self.site + "bureau/"

    @property
    def platform(self) -> str:
        return self.product.platform + "/"


@pytest.fixture(scope="session")
def demo(product: Product) -> Demo:
    command = [sys.executable, "infra/local/stack.py", "exec", "--fast", "--var", str(product.folder), "--"]
    command += [sys.executable, "manage.py", "load_demo", "--people", str(PEOPLE)]
    environment = {key: value for key, value in os.environ.items() if key not in OUR_SERVERS}
    environment["VAR_DIR"] = str(product.folder)
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=600, stdout=subprocess.DEVNULL)  # noqa: S603 -- our own command
    return Demo(product, json.loads((product.folder / "demo.json").read_text()))


@pytest.fixture
def looker(chromium: Browser) -> Iterator[Looker]:
    context = chromium.new_context(locale="fr-FR", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    yield Looker(context)
    context.close()


def sign_in(page: Page, address: str, login: dict[str, str]) -> None:
    page.goto(address)
    page.locator("[name=username], [name=email]").first.fill(login["email"])
    page.fill("[name=password]", login["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: url.rstrip("/") != address.rstrip("/"))


def in_both_languages(looker: Looker) -> Iterator[None]:
    """By the button that every page of the platform has: a cookie and the account keep the choice."""
    for language in ("fr", "en"):
        button = looker.page.locator(f"button[name=language][value={language}]")
        if button.count():
            with looker.page.expect_navigation():
                button.first.click()
        looker.language = language
        yield


def show_the_second_factor(page: Page, secret: str) -> None:
    page.fill("[name=code]", f"{totp(b32decode(secret)):06d}")
    page.press("[name=code]", "Enter")
    page.wait_for_url("**/console/")


def test_the_platforms_site(looker: Looker, demo: Demo) -> None:
    paths = ("", "ouvrir/", "connexion/", "mot-de-passe/", "etat/", "regions/fr/", "accessibilite/", "console/login/")
    looker.page.goto(demo.platform)
    for _language in in_both_languages(looker):
        looker.look_at(demo.platform + path for path in paths)
        looker.look_at([demo.platform + "nulle-part/"], status=404)
    assert looker.faults == []


def test_the_customers_account(looker: Looker, demo: Demo) -> None:
    sign_in(looker.page, demo.platform + "connexion/", demo.facts["owner"])
    campaign = looker.first_link(demo.platform + "compte/", "main h2 a")
    paths = ("", "palier/", "adresse/", "domaines/", "donnees/", "donnees/region/", "assistance/", "fermer/")
    for _language in in_both_languages(looker):
        looker.look_at([demo.platform + "compte/", demo.platform + "compte/profil/"])
        looker.look_at(campaign + path for path in paths)
    look_at_the_accounts_factor(looker, demo.platform + "compte/second-facteur/", demo.facts["owner"]["password"])
    assert looker.faults == []


def look_at_the_accounts_factor(looker: Looker, own: str, password: str) -> None:
    """Set up once, in the last language; its code is fresh afterwards, so that each page shows the password alone."""
    looker.look_at([own])
    looker.page.fill("[name=password]", password)
    looker.page.press("[name=password]", "Enter")
    looker.page.wait_for_url("**/installer/")
    looker.look()
    looker.page.fill("[name=code]", f"{totp(b32decode(looker.page.locator('.iso-cle').text_content() or '')):06d}")
    looker.page.press("[name=code]", "Enter")
    looker.page.wait_for_selector(".iso-codes")
    looker.look()
    looker.look_at([own, own + "codes/", own + "retirer/"])


def test_the_operators_console(looker: Looker, demo: Demo) -> None:
    console = demo.platform + "console/"
    sign_in(looker.page, console + "login/", demo.facts["operator"])
    looker.look()
    show_the_second_factor(looker.page, demo.facts["operator"]["totp_secret"])
    campaign = looker.first_link(
        console + "controlplane/campaign/", "#result_list tr:has-text('Demain Marseille') a[href*=change]"
    )
    life = looker.first_link(campaign, "a[href$='/vie/']")
    cell = looker.first_link(console + "controlplane/cell/", "#result_list a[href*=change]")
    paths = (*CONSOLE, "status/incident/add/", "operators/operator/add/", "second-facteur/", "codes/", "reglages/")
    for _language in in_both_languages(looker):
        looker.look_at([console, campaign, life, cell, *(console + path for path in paths)])
    assert looker.faults == []


def an_organisation(looker: Looker, office: str, person: str) -> str:
    """One with somebody who works there, and another one to merge it with."""
    page = looker.page
    for name in ("Association des amis du port", "Association du port"):
        page.goto(office + "organisations/ajouter/")
        page.fill("[name=name]", name)
        with page.expect_navigation():
            page.press("[name=name]", "Enter")
    page.goto(person + "organisations/?q=amis")
    page.locator("[name=organisation]").first.check()
    with page.expect_navigation():
        page.press("[name=title]", "Enter")
    return looker.first_link(office + "organisations/", "main table a")


def a_view(looker: Looker, office: str) -> str:
    """Kept from a filtered list; its own page."""
    page = looker.page
    page.goto(office + "personnes/?departement=13&sort=name")
    page.click(".people-vues summary")
    page.fill("#people-view", "Bouches-du-Rhône")
    with page.expect_navigation():
        page.press("#people-view", "Enter")
    return looker.first_link(office + "personnes/vues/", "main table td a")


def set_up_before_an_export(looker: Looker, demo: Demo) -> None:
    looker.page.goto(demo.office + "personnes/exports/nouveau/")
    looker.look()
    set_up_a_second_factor(looker.page, demo.facts["owner"]["password"], look=looker.look)


def look_at_the_last_door(looker: Looker, demo: Demo) -> None:
    """The code after the password, in the browser's language: nobody is in yet."""
    looker.language = "fr"
    looker.page.context.clear_cookies()
    sign_in(looker.page, demo.office + "login/", demo.facts["owner"])
    looker.look()


@pytest.mark.long
def test_the_campaigns_office(looker: Looker, demo: Demo) -> None:
    office, page = demo.office, looker.page
    sign_in(page, office + "login/", demo.facts["owner"])
    set_up_before_an_export(looker, demo)
    person = looker.first_link(office + "personnes/", "main table a[href*='/personnes/']")
    segment = looker.first_link(office + "tris/", "main table a")
    imported = looker.first_link(office + "imports/", "main table a")
    message = looker.first_link(office + "messages/", "main table a")
    sent = looker.first_link(office + "messages/", "main table a[href$='/envoi/']")
    organisation = an_organisation(looker, office, person)
    view = a_view(looker, office)
    about = ("", "modifier/", "historique/", "consultations/", "proches/?q=a", "organisations/")
    found = (
        *(person + path for path in about),
        *(organisation, organisation + "fusion/?q=association", organisation + "modifier/"),
        *(view, office + "personnes/vues/"),
        *(segment, segment + "historique/", imported, message, sent, person + "accords/"),
    )
    for language in ("fr", "en"):
        page.goto(office + "account/")
        page.select_option("[name=language]", language)
        with page.expect_navigation():
            page.locator("form:has([name=language]) button[type=submit]").click()
        looker.language = language
        own = (office + "account/", office + "account/second-facteur/", office + "account/second-facteur/retrait/")
        looker.look_at([office, *own, office + "account/code/", *found, *(office + path for path in OFFICE)])
        looker.look_at([office + "nulle-part/"], status=404)
        looker.look_at([office + "entrer/?jeton=usé"], status=410)
    look_at_the_last_door(looker, demo)
    assert looker.faults == []


def test_the_campaigns_site(looker: Looker, demo: Demo) -> None:
    looker.language = "fr"
    paths = (
        "",
        "mentions-legales/",
        "donnees-personnelles/",
        "ou-sont-mes-donnees/",
        "qui-sommes-nous/",
        "programme/",
        "inscription/",
    )
    looker.look_at(demo.site + path for path in paths)
    looker.look_at([demo.site + "nulle-part/"], status=404)
    assert looker.faults == []
