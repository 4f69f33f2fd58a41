"""One visit from asking to the coordinator's signature, by keys alone or in browsers that run no script."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Page

from tests.web.conftest import DESK, Window, Windows
from tests.web.scene import Scene

pytestmark = pytest.mark.browser
TABS_MAX = 80
AT = "document.activeElement.matches(%r)"
SEEN = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


def test_one_visit_from_asking_to_the_signature_without_a_script(window: Windows, scene: Scene) -> None:
    elder = window(script=False).sign_in("e4")
    elder.press("a[href='/elder/ask']")
    elder.press("a[href='/elder/ask/B1']")
    elder.page.click("summary")
    elder.page.select_option("#f-day", index=5)
    elder.press("button[value=chosen]")
    order = elder.page.url.rsplit("/", 1)[1]
    scene.run.client.settle()

    volunteer = window(language="en", script=False).sign_in("yun")
    volunteer.open(f"/volunteer/orders/{order}")
    volunteer.press("form[action$='/take'] button")
    scene.run.client.settle()
    begins = datetime.fromisoformat(scene.get("e4", f"/v1/orders/{order}")["start"])
    scene.run.client.advance(begins)
    elder.open(f"/elder/orders/{order}")
    code = elder.page.inner_text(".code-word").strip()
    volunteer.open(f"/volunteer/orders/{order}")
    volunteer.page.fill("#f-code", code)
    volunteer.press("form[action$='/check-in'] button")
    volunteer.press("form[action$='/check-out'] button")

    elder.open(f"/elder/orders/{order}")
    elder.press("button[value=good]")
    desk = window(size=DESK, language="en", script=False).sign_in("coord")
    desk.open(f"/desk/orders/{order}")
    desk.press("form[action$='/approval'] button")

    assert scene.get("coord", f"/v1/orders/{order}")["approvers"]


def test_the_telephone_desk_a_daughter_and_a_newcomer_need_no_script(window: Windows, scene: Scene) -> None:
    desk = window(size=DESK, language="en", script=False).sign_in("op")
    desk.open("/calls")
    desk.page.fill("#f-q", "吴凤仙")
    desk.press("form[role=search] button")
    desk.page.select_option("#f-day", index=6)
    desk.page.fill("#f-words", "她想有人陪着说说话")
    desk.press("form[action$='/ask'] button")
    assert "The order is placed" in desk.text

    daughter = window(language="en", script=False).sign_in("ann")
    daughter.open(f"/family/{scene.id_of('lan')}")
    daughter.page.select_option("#f-day", index=6)
    daughter.press("form[action$='/ask'] button")
    assert "Asked for." in daughter.text

    newcomer = window(language="en", script=False)
    newcomer.open("/apply")
    newcomer.page.fill("#f-phone_number", "13900000066")
    newcomer.press("button.big")
    assert newcomer.page.is_visible("#f-code")


def test_an_elder_asks_by_keys_alone_and_always_sees_where_she_is(window: Windows, scene: Scene) -> None:
    elder = window(language="en").sign_in("e6")

    by_keys(elder, "a[href='/elder/ask']")
    by_keys(elder, "a[href='/elder/ask/B1']")
    go_to(elder.page, "summary")
    elder.page.keyboard.press("Enter")
    go_to(elder.page, "#f-day")
    elder.page.keyboard.press("End")
    by_keys(elder, "button[value=chosen]")

    assert scene.get("e6", f"/v1/orders/{elder.page.url.rsplit('/', 1)[1]}")["service"] == "B1"


def test_the_telephone_desk_places_an_order_by_keys_alone(window: Windows) -> None:
    desk = window(size=DESK, language="en").sign_in("op")
    desk.open("/calls")
    desk.page.keyboard.type("孙桂芝")
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")

    go_to(desk.page, "#f-day")
    desk.page.keyboard.press("End")
    go_to(desk.page, "#f-words")
    desk.page.keyboard.type("他想有人陪着说说话")
    by_keys(desk, "form[action$='/ask'] button")

    assert "The order is placed" in desk.text


def go_to(page: Page, selector: str) -> None:
    """Press the tabulator until something is reached; wherever one is can be seen."""
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        assert page.evaluate(SEEN), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate(AT % selector):
            return
    raise AssertionError(f"no key leads to {selector}")


def by_keys(window: Window, selector: str) -> None:
    """Go to a link or button, press it by a key, and look at the page that comes."""
    go_to(window.page, selector)
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    window.check()
