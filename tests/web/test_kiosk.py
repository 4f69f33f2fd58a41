"""A device that everybody shares, as whoever stands before it sees it."""

from __future__ import annotations

import pytest

from tests.web.conftest import Windows

pytestmark = pytest.mark.browser

BUTTON_HEIGHT = "document.querySelector('#kiosk-done button').getBoundingClientRect().height"


def test_who_walks_away_from_a_shared_device_is_asked_and_then_signed_out(window: Windows) -> None:
    opened = window(language="en")
    page = opened.open("/kiosk")
    page.click("main button")
    page.clock.install()
    opened.sign_in("lan")
    page = opened.open("/elder/time")

    page.clock.run_for(185_000)
    asked = page.is_visible("#kiosk-asked")
    page.click("#kiosk-asked button")
    went_on = not page.is_visible("#kiosk-asked")
    page.clock.run_for(185_000)
    page.clock.run_for(61_000)
    page.wait_for_url("**/kiosk")

    assert asked
    assert went_on
    assert "Welcome" in opened.text
    opened.open("/elder")
    assert "/sign-in" in page.url


def test_on_a_shared_device_one_button_ends_it_on_every_page(window: Windows) -> None:
    opened = window()
    page = opened.open("/kiosk")
    page.click("main button")
    opened.sign_in("lan")

    for path in ("/elder", "/elder/ask", "/family"):
        page = opened.open(path)
        assert page.evaluate(BUTTON_HEIGHT) >= 60, path
    page.click("#kiosk-done button")

    assert page.url.endswith("/kiosk")
