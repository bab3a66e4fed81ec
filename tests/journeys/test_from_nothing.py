"""From nothing to a sent message, as a newcomer does it: one campaign, one browser, the whole product behind it."""

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys import steps_exports as exports
from tests.journeys import steps_messages as messages
from tests.journeys import steps_opening as opening
from tests.journeys import steps_people as people
from tests.journeys import steps_watching as watching
from tests.journeys.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.long]


def test_a_newcomer_goes_from_nothing_to_a_sent_message(page: Page, chromium: Browser, product: Product) -> None:
    opening.read_the_platform(page, product)
    opening.sign_up(page, product, product.caught)
    opening.see_the_office(page)
    opening.refuse_the_used_address(page, product)
    people.fill_the_settings(page, product)
    people.collect_on_the_site(chromium, product)
    people.find_her_in_the_office(page, product)
    people.import_both_files(page, product)
    chosen = people.pick_a_segment(page, product)
    messages.write_a_message(page, product)
    messages.read_it_again_and_try_it(page, product)
    sent = messages.send_it(page, product)
    assert 0 < sent < chosen
    messages.everybody_got_one_mail(product, sent)
    messages.one_click_leaves(page, product)
    messages.see_the_plan(page, product)
    codes = exports.take_the_segment_out(page, product)
    exports.sign_in_again(page, product, codes[0])
    messages.watch_from_the_console(chromium, product)
    watching.nothing_personal_in_logs(product)
    watching.figures_of_every_process(product)
