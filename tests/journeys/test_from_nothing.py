"""From nothing to a sent message, as a newcomer does it: one campaign, one browser, the whole product behind it."""

import pytest
from playwright.sync_api import Page

from tests.journeys import steps_opening as opening
from tests.journeys.conftest import Product

pytestmark = pytest.mark.browser


def test_a_newcomer_goes_from_nothing_to_a_sent_message(page: Page, product: Product) -> None:
    opening.read_the_platform(page, product)
    opening.sign_up(page, product, product.caught)
    opening.see_the_office(page)
    opening.refuse_the_used_address(page, product)
