"""Every page, in both languages: no violation that axe finds, whole HTML, and nothing that runs off a narrow screen."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.web.conftest import DESK, PHONE, Windows
from tests.web.scene import Scene
from tests.web.sizes import CONTRAST_MIN, ELDER_PAGES, TARGET_MIN_PX, TEXT_MIN_PX, measure

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
"""What a screen of 640 pixels is at 200 %."""
ROLES = ("nobody", "lan", "min", "ann", "coord", "check", "op", "admin")
PATHS = {
    "nobody": """/ /rules /rules/{d1} /supply /supply/{d1} /check /check/paper /check/certificate
              /sign-in /sign-in?by=code /about /kiosk /apply /nothing""",
    "lan": """/elder /elder/ask /elder/ask/B1 /elder/time /elder/orders/{next} /elder/orders/{today}
              /family /me /papers/{lan} /papers/{lan}/slip?month=2026-03 /desk""",
    "min": """/volunteer /door /volunteer/time /volunteer/gift /volunteer/orders/{next} /volunteer/orders/{open1}
              /volunteer/receipts/{transfer} /papers/{min} /papers/{min}/statement?from=2026-02""",
    "ann": """/family /family/{lan} /volunteer/gift""",
    "coord": """/desk /desk/approvals /desk/approvals?by=day&show=flagged /desk/visits /desk/orders/{weak} /applicants
    /register""",
    "check": """/street /desk/orders/{signed}""",
    "admin": """/district /district/rules/{d1}""",
    "op": """/calls /calls?q=nobody /calls/{lan} /papers/{lan}""",
}
OTHER_STATUS = {("nobody", "/nothing"): 404, ("lan", "/desk"): 403}
LABELS = ("next", "today", "open1", "lan", "min", "weak", "signed")


def paths_of(scene: Scene, who: str) -> list[str]:
    """Return the pages of somebody."""
    ids = {label: scene.id_of(label) for label in LABELS}
    ids |= {"d1": scene.unit_of("d1"), "transfer": scene.receipt_id}
    return [path.format(**ids) for path in PATHS[who].split()]


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize(("language", "size"), [("zh", PHONE), ("en", DESK)], ids=["zh-phone", "en-desk"])
def test_everybody_can_use_every_page(
    window: Windows, scene: Scene, who: str, language: str, size: dict[str, int]
) -> None:
    opened = window(size=size, language=language)
    if who != "nobody":
        opened.sign_in(who)

    for path in paths_of(scene, who):
        page = opened.open(path, status=OTHER_STATUS.get((who, path), 200))
        found = Axe().run(page).response["violations"]
        problems = [(rule["id"], [node["html"][:120] for node in rule["nodes"]][:3]) for rule in found]
        assert problems == [], path
        assert "银行" not in page.content()


@pytest.mark.parametrize("who", ["nobody", "lan", "min", "coord"])
def test_nothing_runs_off_a_screen_at_twice_the_size(window: Windows, scene: Scene, who: str) -> None:
    opened = window(size=NARROW)
    if who != "nobody":
        opened.sign_in(who)

    for path in paths_of(scene, who):
        page = opened.open(path, status=OTHER_STATUS.get((who, path), 200))
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_elders_pages_are_large_enough_to_read_and_to_touch(
    window: Windows, scene: Scene, size: dict[str, int]
) -> None:
    opened = window(size=size).sign_in("lan")
    ids = {label: scene.id_of(label) for label in LABELS}

    for path in ELDER_PAGES:
        least = measure(opened.open(path.format(**ids)))
        assert least.text_px >= TEXT_MIN_PX, path
        assert least.target_px >= TARGET_MIN_PX, path
        assert least.contrast >= CONTRAST_MIN, path
        assert "0000 1234 5678" in opened.text
