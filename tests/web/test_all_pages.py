"""Every page, in both languages, on both sizes of screen: no violation that axe finds, whole HTML, nothing cut off."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from services.web.tests.qr import read_qr
from tests.web.conftest import DESK, PHONE, Windows
from tests.web.pages_of import OTHER_STATUS, PATHS, ids_of, paths_of
from tests.web.scene import Scene
from tests.web.sizes import CONTRAST_MIN, ELDER_PAGES, TARGET_MIN_PX, TEXT_MIN_PX, measure

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
"""What a screen of 640 pixels is at 200 %, and one of 1,280 at 400 %."""
SIZES = {"phone": PHONE, "desk": DESK, "narrow": NARROW}
WHERE_IT_IS_NAMED = "/next"
"""Who names the programme is told which word its name may not hold."""
AXE = Axe().axe_script
FOUND = """() => axe.run({resultTypes: ["violations"]}).then((found) => found.violations.map(
  (rule) => [rule.id, rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 120))]))"""
IS_CUT_OFF = """document.documentElement.scrollWidth > window.innerWidth ||
  [...document.querySelectorAll(".ways")].some((ways) => ways.scrollWidth > ways.clientWidth)"""


@pytest.fixture(scope="module")
def ids(scene: Scene) -> dict[str, str]:
    return ids_of(scene)


def problems_of_view(page: Page) -> dict[str, Any]:
    """Return what is wrong with an open page on each size of screen: one load, axe on the two, the narrowest whole."""
    page.evaluate(AXE)
    found: dict[str, Any] = {}
    for name, size in SIZES.items():
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        found[name] = page.evaluate(FOUND) if name != "narrow" else []
        found[name] += ["runs off the screen"] if page.evaluate(IS_CUT_OFF) else []
    return {name: problems for name, problems in found.items() if problems}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("who", PATHS)
def test_everybody_can_use_every_page(window: Windows, ids: dict[str, str], who: str, language: str) -> None:
    opened = window(language=language)
    if who != "nobody":
        opened.sign_in(who)

    for path in paths_of(who, ids):
        page = opened.open(path, status=OTHER_STATUS.get((who, path), 200))
        assert problems_of_view(page) == {}, path
        assert path.endswith(WHERE_IT_IS_NAMED) or "银行" not in page.content()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_only_a_press_leads_to(window: Windows, scene: Scene, language: str) -> None:
    screen = window(language=language)
    screen.open("/sign-in")
    screen.press("form[action='/sign-in/device'] button")
    assert problems_of_view(screen.page) == {}
    link = read_qr(screen.page.inner_html(".qr"))

    telephone = window(language=language).sign_in("e7")
    telephone.open(link.removeprefix(scene.url))
    assert problems_of_view(telephone.page) == {}
    telephone.press("button[value=yes]")
    screen.page.wait_for_url("**/elder")

    shared = window(language=language)
    shared.open("/kiosk")
    shared.press("main button")
    assert problems_of_view(shared.page) == {}
    shared.sign_in("e7")
    shared.open("/kiosk/there?next=/elder")
    assert problems_of_view(shared.page) == {}


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_elders_pages_are_large_enough_to_read_and_to_touch(
    window: Windows, ids: dict[str, str], size: dict[str, int]
) -> None:
    opened = window(size=size).sign_in("lan")

    for path in ELDER_PAGES:
        least = measure(opened.open(path.format(**ids)))
        assert least.text_px >= TEXT_MIN_PX, path
        assert least.target_px >= TARGET_MIN_PX, path
        assert least.contrast >= CONTRAST_MIN, path
        assert "0000 1234 5678" in opened.text
